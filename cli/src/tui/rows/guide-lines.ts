import type { Freshness } from '@holdfast/shared';
import { firstSteps } from '../../client/first-steps.ts';
import type { Style } from '../../output/style.ts';
import { wrap } from '../../output/width.ts';

/** What stands where nothing can be shown yet: why, and what to do. */
export function guideLines(of: {
  readonly freshness: Freshness;
  readonly problem: string | undefined;
  readonly url: string;
  readonly width: number;
  readonly style: Style;
}): string[] {
  const { freshness, problem = `connecting to ${of.url}`, url, width, style } = of;
  const said = (text: string): string[] => wrap(style.clean(text), width - 2).map((line) => ` ${line}`);
  if (freshness.state === 'connecting') {
    return ['', ...said(problem), '', ...said('It is tried again by itself; q quits.')];
  }
  return ['', ...said('No agent has connected yet.'), '', ...said(`To begin, ${firstSteps(url)}`)];
}
