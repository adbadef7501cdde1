import type { Classification } from '../classification/classifier.ts';
import type { PropagationAction } from './rules.ts';

/** What holds where no rule of the host speaks. */
export interface BuiltInRule {
  readonly name: string;
  readonly matches: (classification: Classification) => boolean;
  /** `retry` stands only where the classifier does not say `never`. */
  readonly actions: readonly PropagationAction[];
}

/**
 * The first that matches decides. What passes is tried again; a part that is down is answered for; what is
 * broken stops the calls, and somebody must hear of it.
 */
export const builtInRules: readonly BuiltInRule[] = [
  rule('cancelled', ['ignore', 'propagate']),
  rule('caller', ['propagate']),
  rule('rejected', ['fallback']),
  rule('throttled', ['retry', 'fallback']),
  rule('transient', ['retry', 'fallback']),
  rule('partial_outage', ['retry', 'fallback']),
  {
    name: 'a mistake in the program',
    matches: ({ isMistake }) => isMistake === true,
    actions: ['report', 'propagate'],
  },
  {
    // Our own side ran out of something, or used a client wrongly: the dependency is not to blame.
    name: 'critical on our own side',
    matches: (classification) => classification.class === 'critical' && !classification.countsForBreaker,
    actions: ['retry', 'propagate'],
  },
  rule('critical', ['trip', 'propagate']),
];

/** Behind all others. */
export const unknownRule: BuiltInRule = {
  name: 'unknown',
  matches: () => true,
  actions: ['report', 'propagate'],
};

function rule(errorClass: Classification['class'], actions: readonly PropagationAction[]): BuiltInRule {
  return { name: errorClass, matches: (classification) => classification.class === errorClass, actions };
}
