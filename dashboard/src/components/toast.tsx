import { type ReactElement, useEffect } from 'react';
import { useDashboard } from '../app/dashboard-context.ts';

const shownForMs = 8_000;

interface ToastProps {
  readonly words: string | undefined;
  readonly onEnd: () => void;
}

/** Says what was done, for a while. The region always stands, so that screen readers hear the change. */
export function Toast({ words, onEnd }: ToastProps): ReactElement {
  const { clock } = useDashboard();
  useEffect(() => {
    if (words === undefined) return undefined;
    const timer = clock.setTimeout(onEnd, shownForMs);
    return () => timer.cancel();
  }, [words, clock, onEnd]);
  return (
    <div className="toasts" role="status" aria-label="Done">
      {words !== undefined && <p className="toast">{words}</p>}
    </div>
  );
}
