import { type LiveQuestion, replayLimits } from '@holdfast/shared';

/** What the address of the page asks for: `?at=…&speed=…` shows the past from then on, so much faster. */
export function questionOf(search: string): LiveQuestion {
  const query = new URLSearchParams(search);
  const at = query.get('at');
  if (at === null || at === '') return {};
  const speed = Number(query.get('speed') ?? 1);
  const { minSpeed, maxSpeed } = replayLimits;
  return { at, speed: speed >= minSpeed && speed <= maxSpeed ? speed : 1 };
}
