import type { Clock, SessionView } from '@holdfast/shared';
import { type ReactElement, useEffect, useState, useSyncExternalStore } from 'react';
import { App } from '../app/app.tsx';
import type { Dashboard } from '../app/dashboard-context.ts';
import type { Login } from './login.ts';
import { LoginScreen } from './login-screen.tsx';

interface DoorProps {
  readonly login: Login;
  readonly clock: Clock;
  /** The collector's address. */
  readonly url: string;
  /** Connects to the collector; what it gives is closed when the person has gone. */
  readonly open: () => Opened;
}

export interface Opened {
  readonly services: Omit<Dashboard, 'ask' | 'session' | 'leave'>;
  close(): void;
}

const retryMs = 1_000;

/** The page for whoever may see it, and the log-in for everybody else. */
export function Door({ login, clock, url, open }: DoorProps): ReactElement {
  const present = useSyncExternalStore(login.subscribe, login.state);
  const tries = present.state === 'asking' ? present.tries : 0;
  useEffect(() => {
    if (tries === 0) return;
    const retry = clock.setTimeout(() => void login.look().catch(() => {}), retryMs);
    return () => retry.cancel();
  }, [tries, clock, login]);
  switch (present.state) {
    case 'asking':
      return <p className="quiet-note no-answer">{tries > 1 && `No answer from ${url}. Trying again…`}</p>;
    case 'out':
      return <LoginScreen login={login} url={url} problem={present.problem} />;
    case 'in':
      return <Inside session={present.session} leave={() => void login.leave()} open={open} />;
  }
}

/** What was seen goes with who saw it: the next one begins with nothing. */
function Inside(of: {
  readonly session: SessionView;
  readonly leave: () => void;
  readonly open: () => Opened;
}): ReactElement {
  const { session, leave, open } = of;
  const [opened] = useState(open);
  useEffect(() => () => opened.close(), [opened]);
  return <App services={opened.services} session={session} leave={leave} />;
}
