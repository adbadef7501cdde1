import { formatClock } from '@holdfast/shared';
import type { ChartConfiguration, ChartDataset, Plugin, Scale } from 'chart.js';
import type { ChartColours } from './chart-colours.ts';
import { type ChartLine, type ChartPoint, type LineKey, timeTicks } from './series-data.ts';

export type LineConfig = ChartConfiguration<'line', ChartPoint[], number>;
export type LineDataset = ChartDataset<'line', ChartPoint[]>;

export interface ChartStyle {
  readonly isStacked: boolean;
  /** A value of the vertical axis in words. */
  readonly format: (value: number) => string;
}

/** Wide enough for every label, and the same for all charts, so that their times stand above each other. */
export const axisWidth = 58;
/** Half a label: one that stood over an end would change the chart's width. */
const labelMargin = 26;

/**
 * A chart without animation, parsing or points: the values come as they are drawn, and an update costs
 * little more than the drawing.
 */
export function lineConfig(style: ChartStyle, colours: ChartColours, cursor: Plugin<'line'>): LineConfig {
  const font = { size: 11, family: colours.fontFamily };
  return {
    type: 'line',
    data: { datasets: [] },
    plugins: [cursor],
    options: {
      animation: false,
      parsing: false,
      normalized: true,
      responsive: true,
      maintainAspectRatio: false,
      events: [],
      layout: { padding: { top: 6, right: 2, bottom: 0, left: 0 } },
      elements: { point: { radius: 0, hitRadius: 0, hoverRadius: 0 } },
      scales: {
        x: {
          type: 'linear',
          grid: { display: false },
          border: { color: colours.grid },
          ticks: { color: colours.text, font, maxRotation: 0, callback: (value) => tickLabel(Number(value)) },
          afterBuildTicks: roundTimes,
        },
        y: {
          type: 'linear',
          stacked: style.isStacked,
          beginAtZero: true,
          grace: '4%',
          grid: { color: colours.grid, drawTicks: false },
          border: { display: false },
          ticks: {
            color: colours.text,
            font,
            maxTicksLimit: 4,
            padding: 8,
            callback: (value) => style.format(Number(value)),
          },
          afterFit: (scale: Scale) => {
            scale.width = axisWidth;
          },
        },
      },
    },
  };
}

function roundTimes(scale: Scale): void {
  const most = Math.max(2, Math.floor(scale.width / 72));
  const marginMs = ((scale.max - scale.min) * labelMargin) / Math.max(1, scale.width);
  const ticks = timeTicks(scale.min + marginMs, scale.max - marginMs, most);
  scale.ticks = ticks.map((value) => ({ value }));
}

function tickLabel(at: number): string {
  const clock = formatClock(at);
  return clock.endsWith(':00') ? clock.slice(0, 5) : clock;
}

/** One layer of a stack: it fills down to the layer below it. */
export function areaOf(line: ChartLine, colours: ChartColours, isLowest: boolean): LineDataset {
  return {
    label: line.label,
    data: line.points,
    fill: isLowest ? 'origin' : '-1',
    stepped: 'after',
    backgroundColor: colours.lines[line.key],
    borderWidth: 0,
  };
}

/** Percentiles differ by dash as well as by colour. */
export function strokeOf(line: ChartLine, colours: ChartColours): LineDataset {
  const { dash, width } = strokes[line.key] ?? { dash: [], width: 1.5 };
  return {
    label: line.label,
    data: line.points,
    borderColor: colours.lines[line.key],
    borderWidth: width,
    borderDash: [...dash],
  };
}

interface Stroke {
  readonly dash: readonly number[];
  readonly width: number;
}

const strokes: Readonly<Partial<Record<LineKey, Stroke>>> = {
  p50: { dash: [1.5, 2.5], width: 1.5 },
  p95: { dash: [5, 3], width: 1.5 },
  p99: { dash: [], width: 1.75 },
};
