import type { Classification } from './classification/classifier.ts';
import { createClassifier } from './classification/classify.ts';
import { noteError } from './classification/error-log.ts';
import { safeMessage } from './classification/summary.ts';
import { Connection, type ConnectionStatus } from './connection.ts';
import { BreakerDirectory } from './control/breaker-directory.ts';
import { FlagBook, type Flags } from './flags/flags.ts';
import { HealthBook, type HealthReport } from './health/health-book.ts';
import type { HealthCheck, HealthCheckOptions } from './health/health-check.ts';
import { type HealthHandler, healthHandler } from './health/health-handler.ts';
import type { HealthProbe } from './health/probe.ts';
import { type AgentOptions, type AgentSettings, readAgentOptions } from './options/agent-options.ts';
import { type Bulkhead, createBulkhead } from './primitives/bulkhead/bulkhead.ts';
import type { BulkheadOptions } from './primitives/bulkhead/options.ts';
import type { Executor } from './primitives/call.ts';
import { type CircuitBreaker, createCircuitBreaker } from './primitives/circuit-breaker/circuit-breaker.ts';
import type { CircuitBreakerOptions } from './primitives/circuit-breaker/options.ts';
import { createFallback, type Fallback } from './primitives/fallback/fallback.ts';
import type { FallbackOptions } from './primitives/fallback/options.ts';
import { compose } from './primitives/pipeline/compose.ts';
import type { PipelineOptions } from './primitives/pipeline/options.ts';
import { createPipeline, type Pipeline } from './primitives/pipeline/pipeline.ts';
import type { RetryOptions } from './primitives/retry/options.ts';
import { createRetry, type Retry } from './primitives/retry/retry.ts';
import { createTimeout, type Timeout, type TimeoutOptions } from './primitives/timeout/timeout.ts';
import { Registry, taken } from './registry.ts';
import type { Runtime } from './runtime.ts';
import { Recorder } from './telemetry/recorder.ts';

/** What is going on between this agent and its collector. */
export interface AgentStatus extends ConnectionStatus {
  /** Events, rollups and batches that the collector has not confirmed. */
  readonly pendingCount: number;
  /** What had to be left out since the start. */
  readonly droppedCount: number;
  /** Faults of the agent, of listeners and of hooks since the start. */
  readonly internalErrorCount: number;
}

/**
 * Makes the agent of this process. It connects by itself, never keeps the process alive, and never throws
 * into it later on. Throws `TypeError` or `RangeError` at once for a bad option, naming it.
 */
export function createAgent(options: AgentOptions = {}): Agent {
  return new Agent(readAgentOptions(options, process.env));
}

/**
 * A service's own fault tolerance layer. Each primitive is made once: asked for again by its name alone it is
 * the same one, asked for again with options it is an `Error`. Bad options throw `TypeError` or `RangeError`,
 * naming the option.
 */
export class Agent {
  readonly service: string;
  /** What tells this process from the others of its service. */
  readonly instance: string;
  readonly flags: Flags;
  readonly #runtime: Runtime;
  readonly #recorder: Recorder;
  readonly #breakers: BreakerDirectory;
  readonly #health: HealthBook;
  readonly #connection: Connection;
  readonly #registry = new Registry();
  #internalErrorCount = 0;
  #closed: Promise<void> | undefined;

  /** Use `createAgent`. */
  constructor(settings: AgentSettings) {
    const { service, clock, redact, classification, limits } = settings;
    const internalError = this.#internalErrorTo(settings.onInternalError);
    const recorder = new Recorder({
      clock,
      maxBytes: limits.memoryBytes / 2,
      isListening: settings.collector !== undefined,
      internalError,
    });
    const classifier = createClassifier({ rules: classification, now: () => clock.now(), internalError });
    const breakers = new BreakerDirectory(recorder);
    const flags = new FlagBook({ clock, recorder, breakers, internalError });
    this.#runtime = {
      service,
      clock,
      random: settings.random,
      telemetry: recorder,
      classifier,
      internalError,
      redact,
    };
    this.#connection = new Connection({ settings, recorder, flags, breakers, internalError });
    this.service = service;
    this.instance = this.#connection.instance;
    this.flags = flags;
    this.#recorder = recorder;
    this.#breakers = breakers;
    this.#health = new HealthBook({
      clock,
      recorder,
      breakers,
      service,
      instance: this.instance,
      version: settings.version,
      redact: (text) => safeMessage(text, redact),
    });
    recorder.emit({ kind: 'agent.started' });
    this.#connection.start();
  }

  get status(): AgentStatus {
    const { events, rollups, drops } = this.#recorder;
    return {
      ...this.#connection.status,
      pendingCount: events.length + rollups.length + this.#connection.unackedCount,
      droppedCount: drops.total,
      internalErrorCount: this.#internalErrorCount,
    };
  }

  /** The layers that `options` names, in the one order that makes sense; `compose` is for any other. */
  pipeline(name: string, options?: PipelineOptions): Pipeline {
    return this.#registry.getOrMake({ kind: 'pipeline', name }, options, () => {
      if (options?.circuitBreaker !== undefined && this.#breakers.get(name) !== undefined)
        throw taken({ kind: 'circuit breaker', name });
      const pipeline = createPipeline(this.#runtime, name, options ?? {});
      if (pipeline.circuitBreaker !== undefined) this.#adopt(pipeline.circuitBreaker);
      return pipeline;
    });
  }

  /** Primitives around each other; the first is the outermost. */
  compose(...primitives: readonly Executor[]): Executor {
    return compose(...primitives);
  }

  circuitBreaker(name: string, options?: CircuitBreakerOptions): CircuitBreaker {
    return this.#registry.getOrMake({ kind: 'circuit breaker', name }, options, () => {
      const breaker = createCircuitBreaker(this.#runtime, name, options);
      this.#breakers.add(breaker);
      return breaker;
    });
  }

  retry(name: string, options?: RetryOptions): Retry {
    const make = (): Retry => createRetry(this.#runtime, name, options);
    return this.#registry.getOrMake({ kind: 'retry', name }, options, make);
  }

  /** The first time with options. */
  timeout(name: string, options?: TimeoutOptions): Timeout {
    const make = (): Timeout => createTimeout(this.#runtime, name, required('timeout', name, options));
    return this.#registry.getOrMake({ kind: 'timeout', name }, options, make);
  }

  /** The first time with options. */
  bulkhead(name: string, options?: BulkheadOptions): Bulkhead {
    const make = (): Bulkhead => createBulkhead(this.#runtime, name, required('bulkhead', name, options));
    return this.#registry.getOrMake({ kind: 'bulkhead', name }, options, make);
  }

  /** The first time with options. */
  fallback(name: string, options?: FallbackOptions): Fallback {
    const make = (): Fallback => createFallback(this.#runtime, name, required('fallback', name, options));
    return this.#registry.getOrMake({ kind: 'fallback', name }, options, make);
  }

  /** What an error means: its class, whether to retry, whether a breaker counts it, and why. Never throws. */
  classify(error: unknown): Classification {
    return this.#runtime.classifier.classify(error);
  }

  /** Reports an error that no pipeline saw. Never throws. */
  report(error: unknown, { operation }: { readonly operation?: string } = {}): void {
    try {
      const meter = this.#recorder.meter({ kind: 'agent', name: 'reported errors' }, { latency: false });
      const classification = this.classify(error);
      noteError(this.#runtime, { meter, error, classification, operation });
    } catch (fault) {
      this.#runtime.internalError(fault);
    }
  }

  /** Makes a health check and starts it. Throws on bad options, and on a name that is taken. */
  healthCheck(name: string, probe: HealthProbe, options?: HealthCheckOptions): HealthCheck {
    return this.#health.add(name, probe, options);
  }

  /**
   * What is known of this service's health. `fresh` runs all checks first; else only those that never ran.
   */
  health(options?: { readonly fresh?: boolean }): Promise<HealthReport> {
    return this.#health.report(options);
  }

  /** Answers `/livez`, `/readyz`, `/startupz` and `/health` for Node's `http`, or as a middleware. */
  healthHandler(): HealthHandler {
    return healthHandler(this.#health, this.#runtime.internalError);
  }

  /**
   * Sends what waits, for at most `timeoutMs` (default 2000), says good-bye, and ends. Primitives and flags
   * go on working without a collector. Never rejects.
   */
  close({ timeoutMs = 2_000 }: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#closed ??= this.#close(timeoutMs);
    return this.#closed;
  }

  async #close(timeoutMs: number): Promise<void> {
    this.#health.stop();
    this.#recorder.emit({ kind: 'agent.stopped' });
    await this.#connection.close(timeoutMs);
  }

  #adopt(breaker: CircuitBreaker): void {
    this.#registry.getOrMake({ kind: 'circuit breaker', name: breaker.name }, undefined, () => breaker);
    this.#breakers.add(breaker);
  }

  #internalErrorTo(report: (error: unknown) => void): (error: unknown) => void {
    return (error) => {
      this.#internalErrorCount += 1;
      try {
        report(error);
      } catch {
        // The hook of last resort failed: there is nobody left to tell, and the host must not be hurt.
      }
    };
  }
}

function required<T>(kind: string, name: string, options: T | undefined): T {
  if (options === undefined)
    throw new TypeError(`${kind} \`${name}\` does not exist yet: its options must be given`);
  return options;
}
