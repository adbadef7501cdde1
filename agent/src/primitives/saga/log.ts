import { ResilienceError } from '../../errors.ts';
import { present } from '../../present.ts';
import type { Meter } from '../../telemetry/meter.ts';
import { Heartbeat } from '../heartbeat.ts';
import { checkPlain } from '../plain-json.ts';
import { type Site, sourceOf } from '../site.ts';
import { revivedError, storedError } from '../stored-error.ts';
import type { SagaSettings } from './options.ts';
import type { SagaClaimed, SagaFailure, SagaHolding, SagaRecord, SagaStore, StepRecord } from './store.ts';

/** Where the sagas of a primitive are written down. */
export interface SagaDesk {
  readonly site: Site;
  readonly settings: SagaSettings;
  readonly meter: Meter;
  readonly store: SagaStore<unknown>;
  newOwner(): string;
}

/**
 * Takes a saga from its store, or begins it there where `input` is handed in. Rejects with a `RangeError`
 * where there is none, with `HOLDFAST_IDEMPOTENCY_CONFLICT` where another process has it, and with an `Error`
 * whose cause is the store's where the store fails.
 */
export async function openLog(
  desk: SagaDesk,
  id: string,
  first?: { readonly input: unknown },
): Promise<SagaLog> {
  const { site, settings, store } = desk;
  const owner = desk.newOwner();
  const isShared = settings.store !== undefined;
  if (isShared && first !== undefined) checkPlain(first.input, 'input');
  const fresh = first && present({ run: owner, input: first.input, state: 'running', steps: [] });
  const nowAt = site.runtime.clock.now();
  const holding = { saga: site.name, id, owner, untilAt: nowAt + settings.leaseMs };
  const record = isShared && fresh !== undefined ? JSON.stringify(fresh) : fresh;
  let claimed: SagaClaimed<unknown> | undefined;
  try {
    claimed = await store.begin({ ...holding, nowAt, record });
  } catch (cause) {
    throw new Error(`saga "${site.name}" could not take "${id}" from its store`, { cause });
  }
  if (claimed === undefined) throw new RangeError(`saga "${site.name}" knows no "${id}"`);
  if (claimed.state === 'held') throw heldElsewhere(site, id);
  return new SagaLog(desk, holding, claimed);
}

function heldElsewhere(site: Site, id: string): ResilienceError {
  return new ResilienceError({
    code: 'HOLDFAST_IDEMPOTENCY_CONFLICT',
    message: `saga "${site.name}" has "${id}" under way in another process`,
    source: sourceOf(site, 'saga'),
  });
}

/** What is known of one saga, written down with every change. */
export class SagaLog {
  readonly id: string;
  readonly run: string;
  readonly input: unknown;
  readonly steps: Map<string, StepRecord> = new Map();
  state: SagaRecord['state'];
  failure: SagaFailure | undefined;
  /** Why nothing may be done any more: another process has taken the saga over. */
  lost: ResilienceError | undefined = undefined;
  /** Called when that happens. */
  onLost: (reason: ResilienceError) => void = () => {};
  readonly #desk: SagaDesk;
  readonly #holding: SagaHolding;
  readonly #heartbeat: Heartbeat;
  #written: Promise<unknown> = Promise.resolve();

  constructor(desk: SagaDesk, holding: SagaHolding, { state, record }: SagaClaimed<unknown>) {
    const { settings, site } = desk;
    // Only what this class has written stands in the store.
    const known = (settings.store === undefined ? record : JSON.parse(String(record))) as SagaRecord;
    this.id = holding.id;
    this.run = known.run;
    this.input = known.input;
    this.state = known.state;
    this.failure = known.failure;
    for (const step of known.steps) this.steps.set(step.name, step);
    this.#desk = desk;
    this.#holding = holding;
    this.#heartbeat = new Heartbeat(site.runtime, settings.leaseMs / 3, async () => {
      await this.#save();
      return true;
    });
    if (settings.store !== undefined && state === 'claimed') this.#heartbeat.start();
  }

  /** The error that the saga is, or was, undone for. */
  get cause(): Error | undefined {
    return this.failure && revivedError(this.failure.error);
  }

  /** Rejects where it cannot be written down. */
  async finished(step: StepRecord): Promise<void> {
    if (this.#desk.settings.store !== undefined) checkPlain(step.result, `result of step ${step.name}`);
    this.steps.set(step.name, step);
    await this.#save();
  }

  /** From here on it goes back. Never rejects, nor do the two after it: the way back is gone all the same. */
  async turned(step: string, error: unknown): Promise<void> {
    this.state = 'compensating';
    this.failure = { step, error: storedError(error) };
    await this.#heartbeat.now();
  }

  async compensated(name: string, compensation: 'done' | 'failed'): Promise<void> {
    const step = this.steps.get(name) ?? { name, state: 'unknown' };
    this.steps.set(name, { ...step, compensation });
    await this.#heartbeat.now();
  }

  /** Lets go of the saga; where it is still `compensating` somebody may resume it at once. */
  async end(state: SagaRecord['state']): Promise<void> {
    this.state = state;
    this.#heartbeat.beat = async () => {
      await this.#save(0);
      return false;
    };
    await this.#heartbeat.now();
    this.#heartbeat.stop();
  }

  /** One write after the other: a record must never stand where a newer one stood. */
  #save(endAt?: number): Promise<void> {
    const write = async (): Promise<void> => {
      const { site, settings, store } = this.#desk;
      const untilAt = endAt ?? site.runtime.clock.now() + settings.leaseMs;
      const state = this.state === 'done' || this.state === 'undone' ? this.state : 'open';
      const known = this.#record();
      const record = settings.store === undefined ? known : JSON.stringify(known);
      if (await store.save({ ...this.#holding, untilAt, state, record })) return;
      this.lost = heldElsewhere(site, this.id);
      this.#heartbeat.stop();
      this.onLost(this.lost);
      throw this.lost;
    };
    const writing = this.#written.then(write);
    this.#written = writing.catch(() => {}); // whoever asked hears of it
    return writing;
  }

  #record(): SagaRecord {
    const { run, input, state, failure } = this;
    return present({ run, input, state, steps: [...this.steps.values()], failure });
  }
}
