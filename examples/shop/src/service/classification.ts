import type { ClassificationRule } from '@holdfast/agent';

/**
 * What the agent cannot know of itself: a service of this shop that answers `unavailable` has a hiccup and is
 * worth another try at once, unlike any other 503.
 */
export const shopRules: readonly ClassificationRule[] = [
  { match: { code: 'unavailable' }, class: 'transient', why: 'the shop says so with `unavailable`' },
];
