import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HealthCheckKind, HealthStatus } from '@holdfast/shared';
import { number, readOptions, withDefault } from '../options/checks.ts';
import { type HealthBook, type HealthReport, isTurningAway } from './health-book.ts';
import type { HealthCheckReport } from './health-check.ts';

/** A listener for Node's `http` server, and with `next` a middleware for Express and its kin. */
export type HealthHandler = (request: IncomingMessage, response: ServerResponse, next?: () => void) => void;

export interface HealthHandlerOptions {
  /**
   * How long a probe may wait for checks that have not run yet. Default 900: Kubernetes gives up after a
   * second unless told otherwise.
   */
  readonly timeoutMs?: number;
}

export interface HealthHandlerSetup {
  readonly book: HealthBook;
  readonly internalError: (error: unknown) => void;
}

/**
 * Answers `/livez`, `/readyz` and `/startupz` with 200 or 503, and `/health` with `application/health+json`.
 * Other paths go to `next`, or are 404 without one. Throws `TypeError` or `RangeError` for bad options.
 */
export function healthHandler(
  { book, internalError }: HealthHandlerSetup,
  options: HealthHandlerOptions = {},
): HealthHandler {
  const { timeoutMs } = readOptions({ timeoutMs: withDefault(900, number({ min: 1 })) }, options);
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
      const answer = (report: HealthReport): void =>
        send(
          response,
          kind === undefined ? healthAnswer(report) : probeAnswer(kind, book.passes(kind), report),
        );
      book.report({ timeoutMs }, kind).then(answer).catch(internalError);
    }
  };
}

const probes: ReadonlyMap<string, HealthCheckKind> = new Map([
  ['/livez', 'liveness'],
  ['/readyz', 'readiness'],
  ['/startupz', 'startup'],
]);

function probeAnswer(kind: HealthCheckKind, isPassing: boolean, report: HealthReport): Answer {
  const failing = report.checks
    .filter((check) => check.kind === kind && check.status !== 'up')
    .map(({ name }) => name);
  const word = failing.length === 0 ? 'pass' : 'warn';
  const draining = report.isDraining || undefined;
  return {
    status: isPassing ? 200 : 503,
    body: { status: isPassing ? word : 'fail', failing, draining },
  };
}

function healthAnswer(report: HealthReport): Answer {
  return {
    status: report.status === 'down' ? 503 : 200,
    type: 'application/health+json',
    body: healthJson(report),
  };
}

/** The shape of draft-inadarei-api-health-check-06. JSON leaves out what is `undefined`. */
function healthJson({ status, version, service, isDraining, checks, breakers }: HealthReport): object {
  const bad = checks.filter((check) => check.status !== 'up');
  const said = bad.map(({ name, message, status: is }) => `${name}: ${message ?? is}`);
  const output = isDraining ? ['draining', ...said] : said;
  return {
    status: wordOf(status),
    version,
    releaseId: version,
    serviceId: service,
    output: output.length === 0 ? undefined : output.join('; '),
    checks: Object.fromEntries([...checks.map(checkDetails), ...breakers.map(breakerDetails)]),
  };
}

function checkDetails({ name, status, checkedAt, durationMs, message }: HealthCheckReport): Details {
  return component(name, {
    status: wordOf(status),
    observedValue: durationMs,
    observedUnit: durationMs === undefined ? undefined : 'ms',
    time: checkedAt === undefined ? undefined : new Date(checkedAt).toISOString(),
    output: message,
  });
}

function breakerDetails({ name, state }: HealthReport['breakers'][number]): Details {
  const status = isTurningAway(state) ? 'warn' : 'pass';
  return component(`circuit_breaker:${name}`, { status, observedValue: state });
}

type Details = readonly [name: string, details: readonly object[]];

function component(name: string, details: object): Details {
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
