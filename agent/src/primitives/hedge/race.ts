import { countIndex, type ErrorClass } from '@holdfast/shared';
import type { Classification } from '../../classification/classifier.ts';
import { noteError } from '../../classification/error-log.ts';
import { Deadline } from '../../time/deadlines.ts';
import { type CallContext, type Guarded, Scope } from '../call.ts';
import { follow } from '../follow.ts';
import type { Hedging } from './hedging.ts';

/** One call with all its attempts. As a deadline it is the wait for those that are under way. */
export class Race extends Deadline {
  readonly #hedging: Hedging;
  readonly #fn: Guarded<unknown>;
  readonly #call: CallContext;
  readonly #startedMs: number;
  readonly #scopes: Scope[] = [];
  #runningCount = 0;
  #isOver = false;
  #resolve: (value: unknown) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(hedging: Hedging, fn: Guarded<unknown>, call: CallContext) {
    super();
    this.#hedging = hedging;
    this.#fn = fn;
    this.#call = call;
    this.#startedMs = hedging.runtime.clock.monotonic();
  }

  /** The first answer. Where all attempts fail, the last error. */
  run(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#attempt(this.#startedMs);
    });
  }

  /** Those under way have taken too long. */
  override expire(): void {
    if (this.#isOver || this.#call.signal.aborted || !this.#hedging.takeHedge()) return;
    this.#attempt(this.#hedging.runtime.clock.monotonic());
  }

  #attempt(nowMs: number): void {
    const scope = new FollowingScope(this.#call, this.#scopes.length);
    this.#scopes.push(scope);
    if (this.#scopes.length > 1 && this.#call instanceof Scope)
      this.#call.hedgeCount = this.#scopes.length - 1;
    this.#runningCount += 1;
    this.list?.remove(this);
    if (this.#hasHedgesLeft) this.#hedging.delay?.add(this, nowMs);
    let answer: unknown;
    try {
      answer = this.#fn(scope);
    } catch (error) {
      this.#failed(error);
      return;
    }
    Promise.resolve(answer).then(
      (value) => this.#succeeded(scope, value),
      (error: unknown) => this.#failed(error),
    );
  }

  get #hasHedgesLeft(): boolean {
    return this.#scopes.length <= this.#hedging.settings.maxHedges;
  }

  #succeeded(scope: Scope, value: unknown): void {
    if (this.#isOver) return;
    const { runtime, meter, latencies } = this.#hedging;
    if (scope !== this.#scopes[0]) meter.count(countIndex.hedge_wins);
    latencies?.add(runtime.clock.monotonic() - this.#startedMs);
    this.#resolve(value);
    this.#end(scope);
  }

  #failed(error: unknown): void {
    if (this.#isOver) return;
    const { runtime, meter } = this.#hedging;
    const classification = runtime.classifier.classify(error);
    const isFinal = finalClasses.has(classification.class) || this.#call.signal.aborted;
    this.#runningCount -= 1;
    const goesOn =
      !isFinal && helpsToRepeat(classification) && this.#hasHedgesLeft && this.#hedging.takeHedge();
    if (isFinal || (this.#runningCount === 0 && !goesOn)) {
      this.#reject(error);
      this.#end(undefined);
      return;
    }
    noteError(runtime, { meter, error, classification, sinceMs: this.#startedMs });
    if (goesOn) this.#attempt(runtime.clock.monotonic());
  }

  /** The signal of the attempt that won stays as it is: its answer may still be read from. */
  #end(winner: Scope | undefined): void {
    this.#isOver = true;
    this.list?.remove(this);
    if (this.#scopes.length === 1) return;
    const reason = new DOMException('another attempt of this call has ended it', 'AbortError');
    for (const scope of this.#scopes) if (scope !== winner) scope.abort(reason);
  }
}

/** Whether the next attempt is sent at once: the same answer as for a retry of what is idempotent. */
function helpsToRepeat({ class: errorClass, retry }: Classification): boolean {
  return retry !== 'never' && errorClass !== 'throttled';
}

/** What another attempt would be told too. */
const finalClasses: ReadonlySet<ErrorClass> = new Set<ErrorClass>(['caller', 'critical', 'cancelled']);

/** An attempt that ends with the call, and can be ended alone. */
class FollowingScope extends Scope {
  readonly #call: CallContext;
  #isFollowing = false;

  constructor(call: CallContext, index: number) {
    super(call.attempt + index, undefined);
    this.#call = call;
  }

  /** Follows the call's signal from when it is first read: most functions never look at theirs. */
  override get signal(): AbortSignal {
    const own = super.signal;
    if (this.#isFollowing || own.aborted) return own;
    this.#isFollowing = true;
    const { signal } = this.#call;
    if (signal.aborted) this.abort(signal.reason);
    else follow(signal, () => this.abort(signal.reason));
    return own;
  }
}
