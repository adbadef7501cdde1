import {
  type CountColumn,
  countColumns,
  type ResilienceEventBody,
  type ResourceDescriptor,
} from '@holdfast/shared';
import { createClassifier } from '../../../agent/src/classification/classify.ts';
import type { ClassificationRule } from '../../../agent/src/classification/rules.ts';
import { Propagation } from '../../../agent/src/propagation/propagation.ts';
import type { PropagationRule } from '../../../agent/src/propagation/rules.ts';
import type { Runtime } from '../../../agent/src/runtime.ts';
import type { ErrorTally } from '../../../agent/src/telemetry/error-tallies.ts';
import { Meter, type MeterOptions, type Telemetry } from '../../../agent/src/telemetry/meter.ts';
import { FakeClock } from '../../../agent/src/testing/fake-clock.ts';
import { SeededRandom } from '../../../agent/src/testing/seeded-random.ts';

/** Keeps what primitives leave, for a test to look at. */
export class RecordingTelemetry implements Telemetry {
  readonly events: ResilienceEventBody[] = [];
  readonly descriptors: ResourceDescriptor[] = [];
  /** How often each class and fingerprint was counted. */
  readonly tallies = new Map<string, number>();
  readonly #meters = new Map<string, { readonly meter: Meter; readonly options: MeterOptions }>();

  meter(descriptor: ResourceDescriptor, options: MeterOptions = {}): Meter {
    const key = `${descriptor.kind}/${descriptor.name}`;
    const known = this.#meters.get(key);
    if (known !== undefined) return known.meter;
    const meter = new Meter(this.descriptors.length);
    this.descriptors.push(descriptor);
    this.#meters.set(key, { meter, options });
    return meter;
  }

  emit(event: ResilienceEventBody): void {
    this.events.push(event);
  }

  tally(errors: ErrorTally): void {
    const key = `${errors.class} ${errors.fingerprint}`;
    this.tallies.set(key, (this.tallies.get(key) ?? 0) + 1);
  }

  /** The counters of a resource that are not 0, by name. `address` is `kind/name`. */
  counts(address: string): Partial<Record<CountColumn, number>> {
    const counts = this.#meters.get(address)?.meter.counts;
    return Object.fromEntries(
      countColumns.map((name, index) => [name, counts?.[index] ?? 0]).filter(([, count]) => count !== 0),
    );
  }

  /** How many durations a resource's histogram holds. */
  timedCount(address: string): number {
    const latency = this.#meters.get(address)?.meter.latency;
    return latency?.reduce((sum, count) => sum + count, 0) ?? 0;
  }

  gauges(address: string): ReturnType<NonNullable<MeterOptions['gauges']>> {
    return this.#meters.get(address)?.options.gauges?.() ?? {};
  }

  kinds(): string[] {
    return this.events.map((event) => event.kind);
  }
}

export interface TestRuntime {
  readonly runtime: Runtime;
  readonly clock: FakeClock;
  readonly telemetry: RecordingTelemetry;
  /** What was reported as an internal error. */
  readonly faults: unknown[];
  /** What propagation rules degraded: flag, cause, and for how long. */
  readonly degraded: (readonly [flag: string, cause: string, forMs: number])[];
}

export function createTestRuntime({
  startAt = 0,
  rules = [],
  propagation: propagationRules = [],
  seed = 1,
}: {
  readonly startAt?: number;
  readonly rules?: readonly ClassificationRule[];
  readonly propagation?: readonly PropagationRule[];
  readonly seed?: number;
} = {}): TestRuntime {
  const clock = new FakeClock(startAt);
  const telemetry = new RecordingTelemetry();
  const faults: unknown[] = [];
  const internalError = (error: unknown): void => void faults.push(error);
  const degraded: (readonly [string, string, number])[] = [];
  const propagation = new Propagation({
    rules: propagationRules,
    degrade: (...what) => void degraded.push(what),
    replaced: (changes) => telemetry.emit({ kind: 'config.changed', changes }),
    internalError,
  });
  const runtime: Runtime = {
    service: 'checkout',
    clock,
    random: new SeededRandom(seed).next,
    telemetry,
    classifier: createClassifier({ rules, now: () => clock.now(), internalError }),
    propagation,
    internalError,
  };
  return { runtime, clock, telemetry, faults, degraded };
}
