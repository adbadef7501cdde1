import type { LineKey } from './series-data.ts';

/** The look of a chart, read from the style sheet so that both schemes have their own. */
export interface ChartColours {
  readonly lines: Readonly<Record<LineKey, string>>;
  readonly grid: string;
  readonly text: string;
  readonly cursor: string;
  /** Behind what is filled. */
  readonly ground: string;
  /** Of a state of a breaker or a health check. */
  readonly stateOf: (state: string) => string;
  readonly fontFamily: string;
}

export function chartColours(of: Element): ChartColours {
  const style = getComputedStyle(of);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    lines: {
      success: read('--chart-success'),
      failure: read('--chart-failure'),
      timeout: read('--chart-timeout'),
      rejected: read('--chart-rejected'),
      p50: read('--chart-p50'),
      p95: read('--chart-p95'),
      p99: read('--chart-p99'),
    },
    grid: read('--chart-grid'),
    text: read('--ink-3'),
    cursor: read('--ink-3'),
    ground: read('--raised'),
    stateOf: (state) => read(stateColours[state] ?? '--state-unknown'),
    fontFamily: style.fontFamily,
  };
}

const stateColours: Readonly<Record<string, string>> = {
  closed: '--state-closed',
  up: '--state-closed',
  half_open: '--state-half-open',
  degraded: '--state-half-open',
  open: '--state-open',
  down: '--state-open',
  forced_open: '--state-forced-open',
  disabled: '--state-disabled',
  metrics_only: '--state-metrics-only',
  summarised: '--ink-2',
};
