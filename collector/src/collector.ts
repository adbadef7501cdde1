import type { Clock, LogEntry } from '@holdfast/shared';
import type { RequestListener, Server } from 'node:http';
import { Access } from './auth/access.ts';
import { sessionRoutes } from './auth/session-routes.ts';
import { TokenBook } from './auth/token-book.ts';
import { tokenRoutes } from './auth/token-routes.ts';
import { type Bus, createLocalBus } from './bus/bus.ts';
import { Control } from './control/control.ts';
import { controlRoutes } from './control/control-routes.ts';
import { startExpiry } from './control/expiry.ts';
import { FoldedState } from './fold/folded-state.ts';
import { AgentEndpoint } from './ingest/agent-endpoint.ts';
import { awaitAgents } from './ingest/awaited-agents.ts';
import { ingestRoute } from './ingest/ingest-route.ts';
import { Journal } from './journal/journal.ts';
import { LiveEndpoint } from './live/live-endpoint.ts';
import { liveRoute } from './live/live-route.ts';
import {
  type CheckedOptions,
  type CollectorOptions,
  checkOptions,
  readableOnTheWay,
  unguarded,
} from './options.ts';
import { auditVerifyRoute } from './query/audit-verify-route.ts';
import { readRoutes } from './query/read-routes.ts';
import { startWarmUp } from './query/warm-up.ts';
import { startRetention } from './retention.ts';
import { createApi } from './server/api.ts';
import { bracketed, Gate, isWildcard } from './server/gate.ts';
import { attach, createLimitedServer, listen } from './server/http-server.ts';
import { openApiOf } from './server/openapi.ts';
import type { Route } from './server/route.ts';
import { problemOf, problemType } from './server/problem.ts';
import { createComponents } from './server/schemas.ts';
import { readStaticFiles } from './server/static-files.ts';
import type { EventStore } from './store/event-store.ts';
import { openSqliteStore } from './store/sqlite-event-store.ts';
import { stop } from './stop.ts';

/** A collector that runs. */
export interface Collector {
  /** Where it answers, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Whether nobody needs a token. */
  readonly isOpen: boolean;
  /** Sends the agents away, stores and acknowledges what they sent, saves its state; 5 s at most. */
  close(): Promise<void>;
  /** Forgets all that is derived from the log and folds it anew. Agents wait meanwhile. */
  rebuild(): Promise<void>;
}

/** Starts a collector. Throws a `CollectorError`, whose message is for people, where it cannot. */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const checked = checkOptions(options);
  const server = createLimitedServer(checked.tls);
  const answerEarly = turnAwayUntilReady(server);
  const port = await listen(server, checked); // first, so that a port in use leaves the data untouched
  try {
    const parts = await openParts(checked);
    const collector = await serve({ server, port, options: checked, parts }).catch(async (error: unknown) => {
      await leave(parts);
      throw error;
    });
    server.off('request', answerEarly);
    return collector;
  } catch (error) {
    server.close();
    server.closeAllConnections();
    throw error;
  }
}

/** Answers whoever comes before the log is read. */
function turnAwayUntilReady(server: Server): RequestListener {
  const answer: RequestListener = (_request, response) => {
    const problem = problemOf({ kind: 'unavailable', detail: 'the collector is starting' });
    response.writeHead(problem.status, {
      'content-type': problemType,
      'retry-after': '1',
      connection: 'close',
    });
    response.end(JSON.stringify(problem));
  };
  server.on('request', answer);
  return answer;
}

interface Parts {
  readonly store: EventStore;
  readonly bus: Bus;
  readonly state: FoldedState;
  readonly journal: Journal;
  readonly clock: Clock;
}

/** Bases are what past moments are folded from, so they stand close. */
const mostBaseEveryMs = 600_000;

async function openParts({ dataDir, clock, log, retentionMs }: CheckedOptions): Promise<Parts> {
  const store = await openSqliteStore(dataDir, undefined, { clock, log });
  try {
    const bus = createLocalBus(log);
    const baseEveryMs = Math.min(mostBaseEveryMs, retentionMs / 10);
    const state = new FoldedState({ store, bus, clock, log, baseEveryMs });
    await state.open();
    const apply = (entry: LogEntry): void => state.apply(entry);
    const journal = new Journal({ store, clock, apply, unsavedLoad: () => state.load });
    return { store, bus, state, journal, clock };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Leaves the data to others. */
async function leave({ state, store }: Parts): Promise<void> {
  try {
    await state.close();
  } finally {
    await store.close();
  }
}

async function openAccess(
  options: CheckedOptions,
  { store, journal, clock }: Parts,
  port: number,
): Promise<{ readonly access: Access; readonly book: TokenBook; readonly routes: readonly Route[] }> {
  const { token, isOpen, isBehindProxy, log } = options;
  const record = journal.record.bind(journal);
  const book = new TokenBook({ tokens: await store.tokens.all(), clock, record });
  const obstacle = unguarded(options, token !== undefined || book.hasLive);
  if (obstacle !== undefined) throw obstacle;
  const danger = readableOnTheWay(options);
  if (danger !== undefined) log('warning', danger);
  const shared = { book, store: store.tokens, clock, log, token, isOpen, isBehindProxy, port };
  const access = new Access(shared);
  return { book, access, routes: [...tokenRoutes(book, clock), ...sessionRoutes(access)] };
}

async function serve(of: {
  readonly server: Server;
  readonly port: number;
  readonly options: CheckedOptions;
  readonly parts: Parts;
}): Promise<Collector> {
  const { server, port, options, parts } = of;
  const { store, state, journal } = parts;
  const { log, retentionMs, secondsRetentionMs, hoursRetentionMs, maxBytes } = options;
  const { access, book, routes: accessRoutes } = await openAccess(options, parts, port);
  const shared = { ...parts, log, retentionMs, secondsRetentionMs, access, book };
  const stopAwaiting = await awaitAgents(shared);
  const control = new Control(shared);
  const stopExpiry = await startExpiry({ ...shared, control });
  const stopRetention = startRetention({ ...shared, hoursRetentionMs, maxBytes });
  const agents = new AgentEndpoint(shared);
  const live = new LiveEndpoint(shared);
  const given = [...readRoutes(shared), ...controlRoutes(control), ...accessRoutes];
  const own = [auditVerifyRoute(store), ingestRoute(agents.requests), liveRoute(() => live.standing())];
  const routes = [...own, ...given]; // `audit/verify` before `audit/{id}`
  const endpoints = { '/api/v1/agent': agents, '/api/v1/live': live };
  const app = createApi({
    routes,
    sockets: endpoints,
    description: openApiOf({ routes, components: createComponents(), version: options.version }),
    files: await readStaticFiles(options.dashboardDir),
    isReady: () => journal.lastFailure === undefined && store.problem === undefined,
    log: options.log,
  });
  const gate = new Gate({ ...options, port, isEncrypted: options.tls !== undefined });
  const { isBehindProxy } = options;
  attach(server, { app, gate, access, endpoints, isBehindProxy, log: options.log });

  const stopWarmUp = startWarmUp({ app, fleet: state.fleet, clock: options.clock });
  const stopTimers = async (): Promise<void> => {
    stopAwaiting();
    stopExpiry();
    await stopWarmUp();
    await stopRetention();
  };
  let closing: Promise<void> | undefined;
  return {
    url: urlOf(options, port),
    port,
    isOpen: options.isOpen,
    close: () => (closing ??= stop({ ...shared, server, agents, live, stopTimers })),
    rebuild: () => journal.pauseFor(() => state.rebuild()),
  };
}

function urlOf({ host, tls }: CheckedOptions, port: number): string {
  const scheme = tls === undefined ? 'http' : 'https';
  return `${scheme}://${isWildcard(host) ? '127.0.0.1' : bracketed(host)}:${port}`;
}
