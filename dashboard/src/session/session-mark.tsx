import type { ReactElement } from 'react';
import { useDashboard } from '../app/dashboard-context.ts';

/** Who has logged in, and the way out; nothing where nobody has to. */
export function SessionMark(): ReactElement | undefined {
  const { session, leave } = useDashboard();
  if (session.by !== 'session') return undefined;
  return (
    <div className="session" role="group" aria-label="Your log-in">
      <span title={session.services === undefined ? undefined : `for ${session.services}`}>
        {session.name ?? 'HOLDFAST_TOKEN'} <span className="session-scope">{session.scope}</span>
      </span>
      <button type="button" className="button" onClick={leave}>
        Log out
      </button>
    </div>
  );
}
