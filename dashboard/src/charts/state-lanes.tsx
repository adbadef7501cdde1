import { plural, type StateLane } from '@holdfast/shared';
import { type PointerEvent, type ReactElement, useEffect, useMemo, useRef } from 'react';
import { chartColours } from './chart-colours.ts';
import { drawLanes, type LanesPicture, laneHeight, momentAt } from './draw-lanes.ts';
import { laneWords, segmentAt, segmentWords, shownLanes } from './lanes-data.ts';
import { useColourScheme } from './use-colour-scheme.ts';

interface StateLanesProps extends LanesPicture {
  readonly onHover: (at: number | undefined) => void;
  readonly name: string;
  /** From when on the lanes tell all; absent where they do from the beginning. */
  readonly lanesSince: string | undefined;
}

/** In which states a resource was in each instance, over the same time as the charts above. */
export function StateLanes(props: StateLanesProps): ReactElement {
  const { lanes, from, to, hoverAt, onHover, name, lanesSince } = props;
  const shown = useMemo(() => shownLanes(lanes), [lanes]);
  const hidden = lanes.length - shown.length;
  return (
    <figure className="lanes">
      <div className="chart-legend">
        <h3>State</h3>
        <p>{wordsAt(shown, hoverAt ?? to)}</p>
        {hidden > 0 && <p className="row-aside">{plural(hidden, 'more instance')}, no worse than these</p>}
        {lanesSince !== undefined && <p className="row-aside">too many changes before {lanesSince}</p>}
      </div>
      <LaneCanvas
        key={useColourScheme()}
        label={`States of ${name}. ${shown.map(laneWords).join('; ')}`}
        {...{ lanes: shown, from, to, hoverAt, onHover }}
      />
    </figure>
  );
}

/** Of one instance its state, of several how many were in which. */
function wordsAt(lanes: readonly StateLane[], at: number): string {
  const counts = new Map<string, number>();
  for (const { segments } of lanes) {
    const words = segmentWords(segmentAt(segments, at));
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  return [...counts].map(([words, count]) => (lanes.length > 1 ? `${count} ${words}` : words)).join(', ');
}

interface LaneCanvasProps extends LanesPicture {
  readonly label: string;
  readonly onHover: (at: number | undefined) => void;
}

function LaneCanvas({ label, lanes, from, to, hoverAt, onHover }: LaneCanvasProps): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = useMemo(() => ({ lanes, from, to, hoverAt }), [lanes, from, to, hoverAt]);

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const draw = (): void => paint(element, picture);
    const watch = new ResizeObserver(draw); // which draws at once, too
    watch.observe(element);
    return () => watch.disconnect();
  }, [picture]);

  function point(event: PointerEvent<HTMLCanvasElement>): void {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    onHover(momentAt(event.clientX - left, { from, to, width }));
  }

  return (
    <canvas
      ref={canvas}
      className="lane-canvas"
      role="img"
      aria-label={label}
      height={lanes.length * laneHeight}
      onPointerMove={point}
      onPointerLeave={() => onHover(undefined)}
    />
  );
}

/** The canvas has as many pixels as the screen shows of it. */
function paint(element: HTMLCanvasElement, picture: LanesPicture): void {
  const context = element.getContext('2d');
  if (context === null) return;
  const width = element.clientWidth;
  const ratio = window.devicePixelRatio;
  element.width = Math.round(width * ratio);
  element.height = Math.round(picture.lanes.length * laneHeight * ratio);
  element.style.height = `${picture.lanes.length * laneHeight}px`;
  context.scale(ratio, ratio);
  const { text, ground, cursor, fontFamily, stateOf } = chartColours(element);
  drawLanes(context, picture, { width, colours: { text, ground, cursor, fontFamily, stateOf } });
}
