import { formatMs, formatRate, formatTime } from '@holdfast/shared';
import { type ReactElement, useMemo, useState } from 'react';
import { useDashboard, useIsPast } from '../app/dashboard-context.ts';
import { Segments } from '../components/segments.tsx';
import type { ChartStyle } from './chart-config.ts';
import { ChartLegend } from './chart-legend.tsx';
import { LineChart } from './line-chart.tsx';
import { axisText, type ChartRange, chartRanges, latencyLines, outcomeLines } from './series-data.ts';
import { StateLanes } from './state-lanes.tsx';
import { type SeriesState, useSeries } from './use-series.ts';

const outcomeStyle: ChartStyle = { isStacked: true, format: (rate) => axisText(formatRate(rate)) };
const latencyStyle: ChartStyle = {
  isStacked: false,
  format: (ms) => (ms === 0 ? '0' : axisText(formatMs(ms))),
};

interface SeriesChartsProps {
  readonly address: string;
  readonly name: string;
  readonly range: ChartRange;
  readonly onRange: (range: ChartRange) => void;
}

/** How calls ended and how long they took, one above the other over the same time. */
export function SeriesCharts({ address, name, range, onRange }: SeriesChartsProps): ReactElement {
  const { clock } = useDashboard();
  const state = useSeries(address, range);
  const [hoverAt, setHoverAt] = useState<number | undefined>(undefined);
  const outcomes = useMemo(() => linesOf(state, outcomeLines), [state]);
  const latencies = useMemo(() => linesOf(state, latencyLines), [state]);
  const shared = { from: state.until - range.rangeMs, to: state.until, hoverAt, onHover: setHoverAt };
  const { problem, series } = state;
  return (
    <div className="charts" data-loaded={series !== undefined}>
      <div className="charts-head">
        <Segments
          label="Time range"
          options={chartRanges}
          chosen={range}
          nameOf={(one) => one.label}
          onChoose={onRange}
        />
        <ChartMoment hoverAt={hoverAt} until={state.until} />
      </div>
      {problem !== undefined && (
        <p className="chart-problem" role="alert">
          No history: {problem}
        </p>
      )}
      <figure>
        <ChartLegend title="Calls/s" lines={outcomes} hoverAt={hoverAt} format={formatRate} />
        <LineChart
          {...shared}
          label={`Outcomes of ${name}, last ${range.label}`}
          lines={outcomes}
          style={outcomeStyle}
        />
      </figure>
      <figure>
        <ChartLegend title="Latency" lines={latencies} hoverAt={hoverAt} format={formatMs} />
        <LineChart
          {...shared}
          label={`Latency percentiles of ${name}, last ${range.label}`}
          lines={latencies}
          style={latencyStyle}
        />
      </figure>
      {series !== undefined && series.lanes.length > 0 && (
        <StateLanes
          {...shared}
          name={name}
          lanes={series.lanes}
          lanesSince={
            series.lanesSince === undefined ? undefined : formatTime(series.lanesSince, clock.now())
          }
        />
      )}
    </div>
  );
}

/** Of when the figures in the legend are: the moment under the pointer, else the right end of the charts. */
function ChartMoment({ hoverAt, until }: { hoverAt: number | undefined; until: number }): ReactElement {
  const { clock } = useDashboard();
  const isPast = useIsPast();
  const at = hoverAt ?? (isPast && until > 0 ? until : undefined);
  return <span className="charts-at">{at === undefined ? 'now' : `at ${formatTime(at, clock.now())}`}</span>;
}

function linesOf(state: SeriesState, shape: typeof outcomeLines): ReturnType<typeof outcomeLines> {
  return shape(state.series ?? emptySeries, state.until);
}

const emptySeries = {
  address: '',
  stepSeconds: 1,
  at: [],
  success: [],
  failure: [],
  timeout: [],
  rejected: [],
  ignored: [],
  cancelled: [],
  slow: [],
  late: [],
  retries: [],
  errors: {},
  p50Ms: [],
  p95Ms: [],
  p99Ms: [],
  lanes: [],
} as const;
