import type { Plugin } from 'chart.js';
import { type PointerEvent, type ReactElement, useEffect, useRef } from 'react';
import { useColourScheme } from './use-colour-scheme.ts';
import { type ChartColours, chartColours } from './chart-colours.ts';
import { areaOf, type ChartStyle, type LineConfig, lineConfig, strokeOf } from './chart-config.ts';
import { Chart } from './register.ts';
import type { ChartLine, ChartPoint } from './series-data.ts';

interface LineChartProps {
  /** What the chart says, for who cannot see it. */
  readonly label: string;
  readonly lines: readonly ChartLine[];
  readonly from: number;
  readonly to: number;
  readonly style: ChartStyle;
  /** The moment under the pointer, in this chart or its neighbour. */
  readonly hoverAt: number | undefined;
  readonly onHover: (at: number | undefined) => void;
}

type LineChartInstance = Chart<'line', ChartPoint[], number>;

/** A canvas with lines over time, made anew when the colours change. */
export function LineChart(props: LineChartProps): ReactElement {
  return <ChartCanvas key={useColourScheme()} {...props} />;
}

/** Made once, and then only given new values. */
function ChartCanvas(props: LineChartProps): ReactElement {
  const { lines, from, to, style, hoverAt, onHover } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawn = useRef<{ chart: LineChartInstance; colours: ChartColours } | undefined>(undefined);
  const hover = useRef<number | undefined>(undefined);

  useEffect(() => {
    if (canvas.current === null) return undefined;
    const colours = chartColours(canvas.current);
    const config: LineConfig = lineConfig(style, colours, cursorPlugin(hover, colours));
    const chart = new Chart(canvas.current, config);
    drawn.current = { chart, colours };
    return () => {
      drawn.current = undefined;
      chart.destroy();
    };
  }, [style]);

  useEffect(() => {
    if (drawn.current === undefined) return;
    const { chart, colours } = drawn.current;
    chart.data.datasets = lines.map((line, index) =>
      style.isStacked ? areaOf(line, colours, index === 0) : strokeOf(line, colours),
    );
    Object.assign(chart.options.scales?.['x'] ?? {}, { min: from, max: to });
    chart.update('none');
  }, [lines, from, to, style]);

  useEffect(() => {
    hover.current = hoverAt;
    drawn.current?.chart.draw();
  }, [hoverAt]);

  function point(event: PointerEvent<HTMLCanvasElement>): void {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const at = drawn.current?.chart.scales['x']?.getValueForPixel(x);
    onHover(at === undefined || at < from || at > to ? undefined : at);
  }

  return (
    <div className="chart-box">
      <canvas
        ref={canvas}
        role="img"
        aria-label={props.label}
        onPointerMove={point}
        onPointerLeave={() => onHover(undefined)}
      />
    </div>
  );
}

/** A line at the moment under the pointer. */
function cursorPlugin(
  hover: { readonly current: number | undefined },
  colours: ChartColours,
): Plugin<'line'> {
  return {
    id: 'cursor',
    afterDatasetsDraw(chart) {
      const scale = chart.scales['x'];
      if (hover.current === undefined || scale === undefined) return;
      const x = Math.round(scale.getPixelForValue(hover.current)) + 0.5;
      const { ctx, chartArea } = chart;
      ctx.save();
      ctx.strokeStyle = colours.cursor;
      ctx.lineWidth = 1;
      ctx.beginPath();
      ctx.moveTo(x, chartArea.top);
      ctx.lineTo(x, chartArea.bottom);
      ctx.stroke();
      ctx.restore();
    },
  };
}
