import type { BreakerState, HealthStatus } from '@holdfast/shared';
import type { ReactElement } from 'react';

export type Shape = BreakerState | HealthStatus;

/** The shape of a state, drawn so that every font shows the same: the glyphs of the terminal, in SVG. */
export function StateShape({ of }: { readonly of: Shape }): ReactElement {
  return (
    <svg className="shape" data-state={of} viewBox="0 0 16 16" aria-hidden="true">
      {shapes[of]}
    </svg>
  );
}

const circle: ReactElement = <circle cx="8" cy="8" r="5.5" className="shape-fill" />;
const half: ReactElement = (
  <>
    <circle cx="8" cy="8" r="5.75" className="shape-line shape-dashed" />
    <path d="M8 2.25a5.75 5.75 0 0 0 0 11.5z" className="shape-fill" />
  </>
);
const square: ReactElement = <rect x="2" y="2" width="12" height="12" rx="1.5" className="shape-fill" />;
const question: ReactElement = (
  <>
    <circle cx="8" cy="8" r="6" className="shape-line shape-dashed" />
    <path d="M6.2 6.4a1.8 1.8 0 1 1 2.6 1.7c-.6.3-.8.6-.8 1.2M8 11.3v.2" className="shape-line" />
  </>
);

const shapes: Readonly<Record<Shape, ReactElement>> = {
  closed: circle,
  up: circle,
  half_open: half,
  degraded: half,
  open: square,
  down: square,
  forced_open: (
    <>
      <rect x="2" y="2" width="12" height="12" rx="1.5" className="shape-line" />
      <path d="M5.4 7.6h5.2v3.6H5.4zM6.4 7.4V6.2a1.6 1.6 0 0 1 3.2 0v1.2" className="shape-fill shape-line" />
    </>
  ),
  disabled: <circle cx="8" cy="8" r="5.75" className="shape-line shape-dashed" />,
  metrics_only: (
    <>
      <circle cx="8" cy="8" r="5.75" className="shape-line" />
      <circle cx="8" cy="8" r="2" className="shape-fill" />
    </>
  ),
  unknown: question,
};
