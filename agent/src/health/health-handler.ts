import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HealthCheckKind, HealthStatus } from '@holdfast/shared';
import { type HealthBook, type HealthReport, isTurningAway } from './health-book.ts';

/** A listener for Node's `http` server, and with `next` a middleware for Express and its kin. */
export type HealthHandler = (request: IncomingMessage, response: ServerResponse, next?: () => void) => void;

/**
 * Answers `/livez`, `/readyz` and `/startupz` with 200 or 503, and `/health` with `application/health+json`.
 * Other paths go to `next`, or are 404 without one.
 */
export function healthHandler(book: HealthBook, internalError: (error: unknown) => void): HealthHandler {
  return (request, response, next) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const kind = probes.get(path);
    if (kind === undefined && path !== '/health') {
      if (next === undefined) send(response, { status: 404, body: { error: `nothing is at ${path}` } });
      else next();
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      send(response, { status: 405, body: { error: 'only GET and HEAD are answered here' } });
    } else {
      const answered =
        kind === undefined ? answerHealth(book, response) : answerProbe({ book, kind, response });
      answered.catch(internalError);
    }
  };
}

const probes: ReadonlyMap<string, HealthCheckKind> = new Map([
  ['/livez', 'liveness'],
  ['/readyz', 'readiness'],
  ['/startupz', 'startup'],
]);

async function answerProbe(probe: {
  readonly book: HealthBook;
  readonly kind: HealthCheckKind;
  readonly response: ServerResponse;
}): Promise<void> {
  const { book, kind, response } = probe;
  const isPassing = await book.passes(kind);
  const { checks } = await book.report();
  const failing = checks
    .filter((check) => check.kind === kind && check.status !== 'up')
    .map(({ name }) => name);
  send(response, { status: isPassing ? 200 : 503, body: { status: isPassing ? 'pass' : 'fail', failing } });
}

async function answerHealth(book: HealthBook, response: ServerResponse): Promise<void> {
  const report = await book.report();
  send(response, {
    status: report.status === 'down' ? 503 : 200,
    type: 'application/health+json',
    body: healthJson(report),
  });
}

/** The shape of draft-inadarei-api-health-check. JSON leaves out what is `undefined`. */
function healthJson(report: HealthReport): object {
  const checks = report.checks.map(({ name, status, checkedAt, durationMs, message }) =>
    component(name, {
      status: wordOf(status),
      observedValue: durationMs,
      observedUnit: durationMs === undefined ? undefined : 'ms',
      time: checkedAt === undefined ? undefined : new Date(checkedAt).toISOString(),
      output: message,
    }),
  );
  const breakers = report.breakers.map(({ name, state }) =>
    component(`circuit_breaker:${name}`, {
      status: isTurningAway(state) ? 'warn' : 'pass',
      observedValue: state,
    }),
  );
  return {
    status: wordOf(report.status),
    releaseId: report.version,
    serviceId: report.service,
    checks: Object.fromEntries([...checks, ...breakers]),
  };
}

function component(name: string, details: object): readonly [string, readonly object[]] {
  return [name, [{ componentType: 'component', ...details }]];
}

function wordOf(status: HealthStatus): 'pass' | 'warn' | 'fail' {
  if (status === 'up') return 'pass';
  return status === 'down' ? 'fail' : 'warn';
}

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body: object;
}

function send(response: ServerResponse, { status, type = 'application/json', body }: Answer): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(text);
}
