import { FakeClock } from '@holdfast/agent/testing';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Access } from '../../../collector/src/auth/access.ts';
import { TokenBook } from '../../../collector/src/auth/token-book.ts';
import { createLocalBus } from '../../../collector/src/bus/bus.ts';
import { FoldedState } from '../../../collector/src/fold/folded-state.ts';
import { AgentEndpoint } from '../../../collector/src/ingest/agent-endpoint.ts';
import { Journal } from '../../../collector/src/journal/journal.ts';
import type { Scope } from '../../support/scope.ts';
import { MemoryStore } from './memory-store.ts';
import { startAt } from './wire-agent.ts';

interface Parts {
  readonly url: string;
  readonly server: Server;
  readonly store: MemoryStore;
  readonly journal: Journal;
  readonly clock: FakeClock;
  readonly access: Access;
  readonly state: FoldedState;
  readonly agents: AgentEndpoint;
}

/** The agents' endpoint on a real socket, over a store whose commits the test decides. */
export async function endpointOverStore(scope: Scope): Promise<Parts> {
  const store = new MemoryStore();
  const clock = new FakeClock(startAt);
  const bus = createLocalBus((_level, message) => {
    throw new Error(message);
  });
  const log = (): void => {};
  const state = new FoldedState({ store, bus, clock, log, baseEveryMs: 60_000 });
  const journal = new Journal({ store, clock, apply: (entry) => state.apply(entry) });
  const book = new TokenBook({ tokens: [], clock, record: () => Promise.resolve() });
  const access = new Access({
    book,
    store: store.tokens,
    clock,
    log,
    token: undefined,
    isOpen: true,
    port: 0,
    isBehindProxy: false,
  });
  const agents = new AgentEndpoint({ journal, store, state, bus, clock, log, access, book });
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    agents.upgrade({ request, socket, head, principal: { scope: 'admin' } });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scope.onEnd(async () => {
    await agents.close();
    server.close();
  });
  const { port } = server.address() as AddressInfo; // listens on TCP
  return { url: `http://127.0.0.1:${port}`, server, store, journal, clock, access, state, agents };
}
