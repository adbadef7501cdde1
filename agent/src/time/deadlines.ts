import type { Clock, TimerHandle, TimerOptions } from '@holdfast/shared';

/**
 * Something that ends unless it is removed first. It stands in at most one list at a time, and is itself the
 * list's link, so that a deadline costs no allocation of its own.
 */
export abstract class Deadline {
  // Only declared: see `Scope`.
  declare dueMs: number;
  /** The list that it stands in. */
  declare list: DeadlineList | undefined;
  declare next: Deadline | undefined;
  declare previous: Deadline | undefined;

  constructor() {
    this.dueMs = 0;
    this.list = undefined;
    this.next = undefined;
    this.previous = undefined;
  }

  /** Called when the time is over, after it has left its list. */
  abstract expire(): void;
}

/**
 * Deadlines that are all equally far away when they are set. So they come due in the order in which they were
 * added: adding, removing and finding what is due take the same short time however many there are.
 */
export class DeadlineList {
  readonly delayMs: number;
  readonly keepsAlive: boolean;
  first: Deadline | undefined = undefined;
  #last: Deadline | undefined = undefined;
  readonly #sweeper: Sweeper;

  constructor(delayMs: number, keepsAlive: boolean, sweeper: Sweeper) {
    this.delayMs = delayMs;
    this.keepsAlive = keepsAlive;
    this.#sweeper = sweeper;
  }

  /** `nowMs` is the clock's monotonic time. */
  add(deadline: Deadline, nowMs: number): void {
    const last = this.#last;
    deadline.dueMs = nowMs + this.delayMs;
    deadline.list = this;
    deadline.previous = last;
    this.#last = deadline;
    if (last !== undefined) last.next = deadline;
    else {
      this.first = deadline;
      this.#sweeper.wakeAt(deadline.dueMs);
    }
  }

  /** Does nothing where the deadline is not, or no longer, in this list. */
  remove(deadline: Deadline): void {
    if (deadline.list !== this) return;
    const { next, previous } = deadline;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    deadline.list = undefined;
    deadline.next = undefined;
    deadline.previous = undefined;
  }
}

/**
 * The list of a delay. All who share a clock share its lists, and all lists share one timer. `keepsAlive` is
 * for what calls of the host wait for.
 */
export function deadlinesOf(clock: Clock, delayMs: number, options?: TimerOptions): DeadlineList {
  let sweeper = sweepers.get(clock);
  if (sweeper === undefined) {
    sweeper = new Sweeper(clock);
    sweepers.set(clock, sweeper);
  }
  return sweeper.list(delayMs, options?.keepsAlive === true);
}

const sweepers = new WeakMap<Clock, Sweeper>();

/**
 * One timer for all lists of a clock. It sleeps until the earliest deadline, and not at all while there is
 * none.
 */
class Sweeper {
  readonly #clock: Clock;
  /** By delay; those that keep nothing alive by the delay below zero. */
  readonly #lists = new Map<number, DeadlineList>();
  #timer: TimerHandle | undefined;
  #wakesMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
    clock.onIdle?.(() => this.#holdOn());
  }

  list(delayMs: number, keepsAlive: boolean): DeadlineList {
    const key = keepsAlive ? delayMs : -delayMs;
    let list = this.#lists.get(key);
    if (list === undefined) {
      list = new DeadlineList(delayMs, keepsAlive, this);
      this.#lists.set(key, list);
    }
    return list;
  }

  wakeAt(dueMs: number): void {
    if (dueMs < this.#wakesMs) this.#arm(dueMs);
  }

  /**
   * Nothing keeps the process alive but calls that wait for their time. Only now is the timer made to: to say
   * so for each call, as it comes and goes, would cost more than the deadline.
   */
  #holdOn(): void {
    const isAwaited = [...this.#lists.values()].some((list) => list.keepsAlive && list.first !== undefined);
    if (isAwaited) this.#arm(this.#wakesMs, { keepsAlive: true });
  }

  #arm(dueMs: number, options?: TimerOptions): void {
    const delayMs = Math.max(0, dueMs - this.#clock.monotonic());
    this.#timer?.cancel();
    this.#wakesMs = dueMs;
    this.#timer = this.#clock.setTimeout(() => this.#sweep(), delayMs, options);
  }

  #sweep(): void {
    const nowMs = this.#clock.monotonic();
    let room = expiriesPerSweep;
    for (const list of this.#lists.values()) {
      while (room > 0 && list.first !== undefined && list.first.dueMs <= nowMs) {
        const due = list.first;
        list.remove(due);
        room -= 1;
        due.expire();
      }
    }
    // Only now: what an expiry adds must not set a timer of its own beside the one that is set here.
    this.#timer = undefined;
    this.#wakesMs = Number.POSITIVE_INFINITY;
    for (const list of this.#lists.values()) {
      if (list.first !== undefined) this.wakeAt(list.first.dueMs);
    }
  }
}

/**
 * When very many calls time out at once, the rest gets its turn after whatever else waits in the event loop.
 */
const expiriesPerSweep = 1_000;
