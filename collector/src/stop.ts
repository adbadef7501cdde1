import type { Clock } from '@holdfast/shared';
import type { Server } from 'node:http';
import type { Access } from './auth/access.ts';
import { messageOf } from './errors.ts';
import type { FoldedState } from './fold/folded-state.ts';
import type { AgentEndpoint } from './ingest/agent-endpoint.ts';
import type { Journal } from './journal/journal.ts';
import type { LiveEndpoint } from './live/live-endpoint.ts';
import type { Log } from './log.ts';
import type { EventStore } from './store/event-store.ts';

/** What runs in a collector, and has to end. */
export interface Running {
  readonly server: Server;
  readonly agents: AgentEndpoint;
  readonly live: LiveEndpoint;
  readonly journal: Journal;
  readonly access: Access;
  readonly state: FoldedState;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends what happens by the clock; resolves once nothing of it is under way. */
  stopTimers(): Promise<void>;
}

const stopWithinMs = 5_000;

/**
 * Sends the agents away, stores and acknowledges what they sent, saves the state and closes all. After 5 s
 * everybody is cut off, whatever hangs: what was not acknowledged the agents send again.
 */
export async function stop(running: Running): Promise<void> {
  const { server, agents, live, clock, log } = running;
  const closed = new Promise((resolve) => server.close(resolve));
  agents.sendAway();
  let end = (): void => {};
  const late = new Promise<'late'>((resolve) => (end = () => resolve('late')));
  const timer = clock.setTimeout(end, stopWithinMs);
  try {
    const ended = await Promise.race([finish(running), late]);
    if (ended === 'late') {
      log('error', `what was under way did not end within ${stopWithinMs / 1_000} s`);
      running.state.giveUp();
    }
  } finally {
    timer.cancel();
    agents.terminate();
    live.terminate();
    server.closeAllConnections();
    await closed;
  }
}

async function finish({
  agents,
  live,
  journal,
  access,
  state,
  store,
  log,
  stopTimers,
}: Running): Promise<void> {
  await journal.idle();
  live.close();
  await agents.close();
  await stopTimers();
  await journal.idle();
  await access.close();
  await state.close().catch((error: unknown) => log('error', `not saved: ${messageOf(error)}`));
  await store.close();
}
