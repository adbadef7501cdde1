import type { ReactElement } from 'react';
import { type ChartLine, indexAt } from './series-data.ts';

interface ChartLegendProps {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly hoverAt: number | undefined;
  readonly format: (value: number) => string;
}

/** What the lines are, with their values at the pointer, else the newest. */
export function ChartLegend({ title, lines, hoverAt, format }: ChartLegendProps): ReactElement {
  const points = lines[0]?.points ?? [];
  const index = hoverAt === undefined ? points.length - 1 : indexAt(points, hoverAt);
  return (
    <div className="chart-legend">
      <h3>{title}</h3>
      <dl>
        {lines.map((line) => (
          <div key={line.key} className="legend-item">
            <dt>
              <i className="swatch" data-line={line.key} aria-hidden="true" />
              {line.label}
            </dt>
            <dd>{valueText(line, index, format)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function valueText(line: ChartLine, index: number | undefined, format: (value: number) => string): string {
  const value = index === undefined ? undefined : line.points[index]?.y;
  return value === undefined || value === null ? '–' : format(value);
}
