import type { Classification } from './classification/classifier.ts';
import { noteError } from './classification/error-log.ts';
import { plainOf } from './classification/judgement.ts';
import type { ConnectionStatus, FlushResult } from './connection.ts';
import type { Faults } from './faults/fault-book.ts';
import type { Flags } from './flags/flags.ts';
import { type DrainOptions, drainOn } from './health/draining.ts';
import type { HealthReport, ReportOptions } from './health/health-book.ts';
import type { HealthCheck, HealthCheckOptions } from './health/health-check.ts';
import { type HealthHandler, type HealthHandlerOptions, healthHandler } from './health/health-handler.ts';
import type { HealthProbe } from './health/probe.ts';
import { createExpress, type ExpressMiddleware } from './middleware/express.ts';
import { createFastify, type FastifyPlugin } from './middleware/fastify.ts';
import { createKoa, type KoaMiddleware } from './middleware/koa.ts';
import { createNest, type NestMiddleware } from './middleware/nest.ts';
import { type MiddlewareOptions, Requests } from './middleware/requests.ts';
import { type AgentOptions, readAgentOptions } from './options/agent-options.ts';
import { assemble, type Parts } from './parts.ts';
import { Primitives } from './primitives/primitives.ts';
import type { Explanation, PropagationRules } from './propagation/propagation.ts';
import type { FailedCall } from './propagation/rules.ts';
import type { SpoolStatus } from './spool/spool.ts';

/** What is going on between this agent and its collector. */
export interface AgentStatus extends ConnectionStatus {
  /** Events, rollups and batches that the collector has not confirmed. */
  readonly pendingCount: number;
  /** What had to be left out since the start. */
  readonly droppedCount: number;
  /** Faults of the agent, of listeners and of hooks since the start. */
  readonly internalErrorCount: number;
  /** How it stands with what is kept on disk; only where `spoolDir` was given. */
  readonly spool?: SpoolStatus;
}

/**
 * Makes the agent of this process. It connects by itself, never keeps the process alive, and never throws
 * into it later on. Throws `TypeError` or `RangeError` at once for a bad option, naming it.
 */
export function createAgent(options: AgentOptions = {}): Agent {
  return new Agent(assemble(readAgentOptions(options, process.env)));
}

/** A service's own fault tolerance layer, with its errors, flags and health. */
export class Agent extends Primitives {
  readonly service: string;
  /** What tells this process from the others of its service. */
  readonly instance: string;
  readonly flags: Flags;
  /** Injects faults into pipelines, to see what holds. */
  readonly faults: Faults;
  /** What is done about errors: the host's own rules, to be replaced while calls are under way. */
  readonly propagation: PropagationRules;
  readonly #parts: Parts;
  #closed: Promise<void> | undefined;

  /** Use `createAgent`. */
  constructor(parts: Parts) {
    super(parts.runtime, parts.breakers);
    this.service = parts.runtime.service;
    this.instance = parts.connection.instance;
    this.flags = parts.flags;
    this.faults = parts.faults;
    this.propagation = parts.runtime.propagation;
    this.#parts = parts;
    parts.recorder.emit({ kind: 'agent.started' });
    parts.connection.start();
  }

  get status(): AgentStatus {
    const { recorder, connection, internalErrors } = this.#parts;
    return {
      ...connection.status,
      pendingCount: connection.pendingCount,
      droppedCount: recorder.drops.total,
      internalErrorCount: internalErrors.count,
    };
  }

  /** What an error means: its class, whether to retry, whether a breaker counts it, and why. Never throws. */
  classify(error: unknown): Classification {
    return plainOf(this.#parts.runtime.classifier.classify(error));
  }

  /** What an error means, what would be done about it there, by which rule, and why. Does nothing. */
  explain(error: unknown, place: Omit<FailedCall, 'error' | 'classification'> = {}): Explanation {
    const classification = this.classify(error);
    return this.#parts.runtime.propagation.explain({ ...place, error, classification });
  }

  /** Reports an error that no pipeline saw. Never throws. */
  report(error: unknown, where?: { readonly operation?: string }): void {
    try {
      const operation = where?.operation;
      const meter = this.#parts.recorder.meter({ kind: 'agent', name: 'reported errors' });
      const classification = this.classify(error);
      const { report } = this.#parts.runtime.propagation.planFor({ error, classification, operation });
      noteError(this.#parts.runtime, { meter, error, classification, operation, report });
    } catch (fault) {
      this.#parts.runtime.internalError(fault);
    }
  }

  /** Makes a health check and starts it. Throws on bad options, and on a name that is taken. */
  healthCheck(name: string, probe: HealthProbe, options?: HealthCheckOptions): HealthCheck {
    return this.#parts.health.add(name, probe, options);
  }

  /** What is known of this service's health. Rejects for bad options alone. */
  health(options?: ReportOptions): Promise<HealthReport> {
    return this.#parts.health.report(options);
  }

  /** Answers `/livez`, `/readyz`, `/startupz` and `/health` for Node's `http`, or as a middleware. */
  healthHandler(options?: HealthHandlerOptions): HealthHandler {
    const { health: book, runtime } = this.#parts;
    return healthHandler({ book, internalError: runtime.internalError }, options);
  }

  /** The service is about to end: `/readyz` fails from now on, while everything else goes on. */
  drain(): void {
    this.#parts.health.drain();
  }

  /**
   * Drains when the process gets `signal`, `SIGTERM` for instance; closes what there is to close, and lets
   * the signal end the process. Nobody listens for signals unless this is called. The answer takes it back.
   * Throws `TypeError` or `RangeError` for bad options.
   */
  drainOn(signal: NodeJS.Signals, options: DrainOptions = {}): () => void {
    const { clock, internalError } = this.#parts.runtime;
    const drain = (): void => this.drain();
    const closeAgent = (): Promise<void> => this.close();
    return drainOn(signal, options, { clock, host: process, drain, closeAgent, internalError });
  }

  /** For Express: sheds and serves health before the routes; its `errors` reports errors after them. */
  express(options?: MiddlewareOptions): ExpressMiddleware {
    return createExpress(this.#requests(options));
  }

  /** A plugin for Fastify that sheds, reports errors and serves health. */
  fastify(options?: MiddlewareOptions): FastifyPlugin {
    return createFastify(this.#requests(options));
  }

  /** A middleware for Koa that sheds, reports errors and serves health. */
  koa(options?: MiddlewareOptions): KoaMiddleware {
    return createKoa(this.#requests(options));
  }

  /** For Nest: a middleware that sheds and serves health, and a filter that reports errors. */
  nest(options?: MiddlewareOptions): NestMiddleware {
    return createNest(this.#requests(options));
  }

  /**
   * Sends what waits now and resolves once the collector has stored it, `deadlineMs` (default 2000) is over,
   * or there is no connection; with what came of it. Never rejects.
   */
  flush({ deadlineMs = 2_000 }: { readonly deadlineMs?: number } = {}): Promise<FlushResult> {
    return this.#parts.connection.flush(deadlineMs);
  }

  /**
   * Sends what waits, for at most `timeoutMs` (default 2000), says good-bye, and ends. Primitives and flags
   * go on working without a collector. Never rejects.
   */
  close({ timeoutMs = 2_000 }: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#closed ??= this.#close(timeoutMs);
    return this.#closed;
  }

  #requests(options: MiddlewareOptions | undefined): Requests {
    return new Requests(this, this.#parts.runtime.internalError, options);
  }

  async #close(timeoutMs: number): Promise<void> {
    this.#parts.health.stop();
    for (const stop of this.#parts.closers) stop();
    this.#parts.faults.disable('the agent was closed');
    this.#parts.recorder.emit({ kind: 'agent.stopped' });
    await this.#parts.connection.close(timeoutMs);
  }
}
