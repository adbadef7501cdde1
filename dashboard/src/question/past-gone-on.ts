import type { LiveView } from '@holdfast/shared';
import type { Asked } from './asked.ts';

/** The past that is shown, as a question to go on from where it is; now, where that is what is shown. */
export function pastGoneOn({ at, replay }: LiveView, asked: Asked): Partial<Asked> {
  if (at === 0) return {}; // nothing was heard yet: what is asked for still is
  if (replay === undefined) return { at: '', speed: '' };
  return { at: new Date(at).toISOString(), speed: asked.speed };
}
