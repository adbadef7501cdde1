import { noticesOf } from '@holdfast/shared';
import { type ReactElement, useCallback, useSyncExternalStore } from 'react';
import { useDashboard, useFleetView } from '../app/dashboard-context.ts';

/** What must be read before all else: that the collector stores nothing, that this is the past. */
export function NoticeBars(): ReactElement {
  const { clock } = useDashboard();
  const view = useFleetView();
  const refusal = useRefusal();
  return (
    <>
      {noticesOf(view, clock.now()).map(({ kind, text }) => (
        <div key={kind} className="notice-bar" data-kind={kind} role={kind === 'problem' ? 'alert' : 'note'}>
          <p>{text}</p>
          {kind === 'past' && (
            <a className="button" href={location.pathname}>
              Back to now
            </a>
          )}
        </div>
      ))}
      {refusal !== undefined && (
        <div className="notice-bar" data-kind="past" role="alert">
          <p>This is now, as that past cannot be shown: {refusal}</p>
          <a className="button" href={location.pathname}>
            Close
          </a>
        </div>
      )}
    </>
  );
}

function useRefusal(): string | undefined {
  const { store } = useDashboard();
  const subscribe = useCallback((listener: () => void) => store.subscribe('connection', listener), [store]);
  return useSyncExternalStore(subscribe, store.refusal);
}
