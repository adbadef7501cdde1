import type { StateLane } from '@holdfast/shared';
import { axisWidth } from './chart-config.ts';
import { drawnSegments, heightOf } from './lanes-data.ts';

/** Of one lane, with the gap below it. */
export const laneHeight = 16;
const barHeight = 12;
/** However short it was, a state shows. */
const leastWidth = 2;
/** As the charts above have it. */
const rightPadding = 2;

export interface LaneColours {
  readonly stateOf: (state: string) => string;
  readonly text: string;
  readonly ground: string;
  readonly cursor: string;
  readonly fontFamily: string;
}

export interface LanesPicture {
  readonly lanes: readonly StateLane[];
  readonly from: number;
  readonly to: number;
  readonly hoverAt: number | undefined;
}

/** Draws every lane over the same time as the charts above. `width` is in CSS pixels. */
export function drawLanes(
  context: CanvasRenderingContext2D,
  { lanes, from, to, hoverAt }: LanesPicture,
  { width, colours }: { readonly width: number; readonly colours: LaneColours },
): void {
  const xOf = (at: number): number => axisWidth + ((at - from) / (to - from)) * plotWidth(width);
  context.clearRect(0, 0, width, lanes.length * laneHeight);
  context.font = `11px ${colours.fontFamily}`;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (const [row, { instance, segments }] of lanes.entries()) {
    const top = row * laneHeight;
    context.fillStyle = colours.text;
    context.fillText(cutName(context, instance), axisWidth - 8, top + barHeight / 2 + 1);
    context.fillStyle = colours.ground;
    context.fillRect(axisWidth, top, plotWidth(width), barHeight);
    for (const segment of drawnSegments(segments)) {
      const x = Math.round(Math.max(axisWidth, xOf(segment.from)));
      const end = Math.round(Math.min(xOf(segment.until), width - rightPadding));
      const long = Math.max(leastWidth, end - x);
      const high = Math.round(barHeight * heightOf(segment.state));
      context.fillStyle = colours.stateOf(segment.state);
      const place = { x: Math.min(x, width - rightPadding - long), y: top + barHeight - high, long, high };
      if (segment.state === 'summarised') stripes(context, place);
      else context.fillRect(place.x, place.y, long, high);
    }
  }
  if (hoverAt === undefined) return;
  context.fillStyle = colours.cursor;
  context.fillRect(Math.round(xOf(hoverAt)), 0, 1, lanes.length * laneHeight);
}

/** The moment below a pointer; `undefined` where none is. */
export function momentAt(
  x: number,
  { from, to, width }: { readonly from: number; readonly to: number; readonly width: number },
): number | undefined {
  const share = (x - axisWidth) / plotWidth(width);
  return share < 0 || share > 1 ? undefined : from + share * (to - from);
}

function plotWidth(width: number): number {
  return Math.max(1, width - axisWidth - rightPadding);
}

/** The end of an instance's name is what tells it from its neighbours. */
function cutName(context: CanvasRenderingContext2D, name: string): string {
  const room = axisWidth - 8;
  if (context.measureText(name).width <= room) return name;
  let kept = name;
  while (kept.length > 1 && context.measureText(`…${kept}`).width > room) kept = kept.slice(1);
  return `…${kept}`;
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly long: number;
  readonly high: number;
}

/** Of the states in between only the number is known: neither of them fills it. */
function stripes(context: CanvasRenderingContext2D, { x, y, long, high }: Place): void {
  for (let at = 0; at < long; at += 4) context.fillRect(x + at, y, Math.min(2, long - at), high);
}
