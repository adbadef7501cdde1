import { type Clock, countIndex, fitsPattern, type Random } from '@holdfast/shared';
import { ResilienceError } from '../errors.ts';
import type { CallContext, Guarded } from '../primitives/call.ts';
import type { Inner } from '../primitives/engine/layers.ts';
import type { Meter } from '../telemetry/meter.ts';
import type { ActiveFault } from './active-fault.ts';
import { faultKinds } from './options.ts';

/** A pipeline, as faults look for it. */
export interface FaultTarget {
  readonly pipeline: string;
  readonly tags?: readonly string[] | undefined;
  /** Counts `faults_injected`. */
  readonly meter: Meter;
}

export interface InjectionOptions {
  readonly service: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** The innermost layer of a pipeline. While no fault is on for it, it costs one comparison. */
export class Injection implements Inner {
  readonly #target: FaultTarget;
  readonly #options: InjectionOptions;
  #faults: readonly ActiveFault[] | undefined;

  constructor(target: FaultTarget, options: InjectionOptions) {
    this.#target = target;
    this.#options = options;
  }

  /** Takes from the faults that are on those that are meant for this pipeline. */
  choose(faults: Iterable<ActiveFault>): void {
    const chosen = [...faults].filter(({ settings }) => isMeant(this.#target, settings));
    chosen.sort((a, b) => faultKinds.indexOf(a.kind) - faultKinds.indexOf(b.kind));
    this.#faults = chosen.length === 0 ? undefined : chosen;
  }

  run(fn: Guarded<unknown>, call: CallContext): unknown {
    const hits = this.#faults?.filter(({ settings }) => this.#options.random() < settings.ratio);
    return hits === undefined || hits.length === 0 ? fn(call) : this.#inject(hits, fn, call);
  }

  async #inject(hits: readonly ActiveFault[], fn: Guarded<unknown>, call: CallContext): Promise<unknown> {
    this.#target.meter.count(countIndex.faults_injected);
    for (const fault of hits) {
      if (!fault.isOn) continue; // ended while the call waited for one before it
      const { kind, error, result, behavior } = fault.settings;
      fault.injectedCount += 1;
      switch (kind) {
        case 'latency':
          await fault.wait(this.#options.clock, this.#latencyOf(fault), call.signal);
          break;
        case 'behavior':
          await behavior?.(call);
          call.signal.throwIfAborted();
          break;
        case 'fault':
          throw error === undefined ? this.#error(fault) : made(error, call);
        case 'outcome':
          return made(result, call);
      }
    }
    return fn(call);
  }

  #latencyOf({ settings }: ActiveFault): number {
    const { minMs, maxMs } = settings.latencyMs ?? { minMs: 0, maxMs: 0 };
    return minMs === maxMs ? minMs : minMs + (maxMs - minMs) * this.#options.random();
  }

  #error({ name }: ActiveFault): ResilienceError {
    const { pipeline } = this.#target;
    return new ResilienceError({
      code: 'HOLDFAST_FAULT_INJECTED',
      message: `fault "${name}" was injected into "${pipeline}"`,
      source: { service: this.#options.service, pipeline, primitive: 'pipeline', name: pipeline },
    });
  }
}

function isMeant(target: FaultTarget, { pipelines, tags }: ActiveFault['settings']): boolean {
  if (pipelines !== undefined && !pipelines.some((pattern) => fitsPattern(pattern, target.pipeline)))
    return false;
  return tags === undefined || tags.some((tag) => target.tags?.includes(tag));
}

function made(given: unknown, call: CallContext): unknown {
  return typeof given === 'function' ? given(call) : given;
}
