import { firstSteps } from '../../client/first-steps.ts';
import type { Style } from '../../output/style.ts';
import { wrap } from '../../output/width.ts';
import type { Freshness } from '../model/freshness.ts';

/** What stands where nothing can be shown yet: why, and what to do. */
export function guideLines(of: {
  readonly freshness: Freshness;
  readonly url: string;
  readonly width: number;
  readonly style: Style;
}): string[] {
  const { freshness, url, width, style } = of;
  const said = (text: string): string[] => wrap(style.clean(text), width - 2).map((line) => ` ${line}`);
  if (freshness.state === 'connecting') {
    const problem = freshness.problem ?? `connecting to ${url}`;
    return ['', ...said(problem), '', ...said('It is tried again by itself; q quits.')];
  }
  return ['', ...said('No agent has connected yet.'), '', ...said(`To begin, ${firstSteps(url)}`)];
}
