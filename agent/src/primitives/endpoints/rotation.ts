import { plural, type ResilienceEventBody } from '@holdfast/shared';
import type { Runtime } from '../../runtime.ts';
import type { Ejection, Member } from './member.ts';
import type { EndpointsSettings } from './options.ts';
import { outliersOf } from './outliers.ts';

type RotationSettings = Omit<EndpointsSettings<string>, 'endpoints' | 'idOf' | 'activeCheck'> & {
  readonly activeCheck: { readonly intervalMs: number } | undefined;
};

/** Who of a pool gets calls: takes out what fails, and brings it back. */
export class Rotation<E> {
  /** Those that get calls. */
  ready: readonly Member<E>[] = [];
  readonly #runtime: Runtime;
  readonly #settings: RotationSettings;
  readonly #emit: (event: ResilienceEventBody) => void;
  #members: readonly Member<E>[] = [];
  #isSweepDue = false;

  constructor(runtime: Runtime, settings: RotationSettings, emit: (event: ResilienceEventBody) => void) {
    this.#runtime = runtime;
    this.#settings = settings;
    this.#emit = emit;
  }

  /** Other members from now on. Where too many of them are out, those return whose time is over first. */
  set(members: readonly Member<E>[]): void {
    this.#members = members;
    this.#refresh();
    const out = members.filter(({ ejection }) => ejection !== undefined);
    out.sort((one, other) => (one.ejection?.untilAt ?? 0) - (other.ejection?.untilAt ?? 0));
    for (const member of out.slice(0, Math.max(0, out.length - this.#mostEjected))) this.#restore(member);
  }

  /** Takes in how a call ended that says something about its endpoint. */
  record(member: Member<E>, isSuccess: boolean): void {
    member.callCount += 1;
    if (isSuccess) {
      member.successCount += 1;
      member.failureCount = 0;
    } else {
      member.failureCount += 1;
      if (member.failureCount >= this.#settings.consecutiveFailures)
        this.#ejectForCalls(member, `${plural(member.failureCount, 'failure')} in a row`);
    }
    this.#sweepLater();
  }

  /** Its probes fail: out until they pass. */
  checkFailed(member: Member<E>, message: string): void {
    const { clock } = this.#runtime;
    member.isFailingCheck = true;
    const untilAt = clock.now() + (this.#settings.activeCheck?.intervalMs ?? 0);
    this.#eject(member, { by: 'check', cause: `active check: ${message}`, untilAt });
  }

  /** Its probes pass, or there are none any more. */
  checkPassed(member: Member<E>): void {
    member.isFailingCheck = false;
    if (member.ejection?.by === 'check') this.#restore(member);
  }

  /** Never all: calls to the last ones may fail, without any they do for sure. */
  get #mostEjected(): number {
    const { length } = this.#members;
    const { maxEjectedRatio } = this.#settings;
    return maxEjectedRatio === 0
      ? 0
      : Math.min(length - 1, Math.max(1, Math.floor(maxEjectedRatio * length)));
  }

  #ejectForCalls(member: Member<E>, cause: string): void {
    const { clock } = this.#runtime;
    const { baseEjectionMs, maxEjectionMs } = this.#settings;
    const forMs = Math.min(maxEjectionMs, baseEjectionMs * (member.ejectionCount + 1));
    if (!this.#eject(member, { by: 'calls', cause, untilAt: clock.now() + forMs })) return;
    member.ejectionCount += 1;
    member.timer = clock.setTimeout(() => this.#ejectionOver(member), forMs);
  }

  /** Answers whether it is out now and was not before. */
  #eject(member: Member<E>, ejection: Ejection): boolean {
    if (member.isGone || member.ejection !== undefined) return false;
    if (this.#members.length - this.ready.length >= this.#mostEjected) return false;
    member.ejection = ejection;
    this.#refresh();
    const { cause, untilAt } = ejection;
    this.#emit({ kind: 'endpoints.ejected', endpoint: member.label, cause, untilAt });
    return true;
  }

  #ejectionOver(member: Member<E>): void {
    if (!member.isFailingCheck) this.#restore(member);
    else if (member.ejection !== undefined) member.ejection = { ...member.ejection, by: 'check' };
  }

  #restore(member: Member<E>): void {
    member.timer?.cancel();
    member.ejection = undefined;
    member.failureCount = 0;
    member.hasErred = false;
    member.readySinceMs = this.#runtime.clock.monotonic();
    this.#refresh();
    if (!member.isGone) this.#emit({ kind: 'endpoints.restored', endpoint: member.label });
  }

  #refresh(): void {
    this.ready = this.#members.filter(({ ejection }) => ejection === undefined);
  }

  /** A pool without calls and without ejections to forget needs no timer. */
  #sweepLater(): void {
    if (this.#isSweepDue) return;
    this.#isSweepDue = true;
    this.#runtime.clock.setTimeout(() => this.#sweep(), this.#settings.intervalMs);
  }

  #sweep(): void {
    const { successRate, intervalMs } = this.#settings;
    this.#isSweepDue = false;
    const nowMs = this.#runtime.clock.monotonic();
    const healthy = this.ready.filter(({ readySinceMs }) => nowMs - readySinceMs >= intervalMs);
    for (const member of healthy) member.ejectionCount = Math.max(0, member.ejectionCount - 1);
    const outliers = successRate === undefined ? [] : outliersOf(this.ready, successRate);
    for (const { member, rate, meanRate } of outliers)
      this.#ejectForCalls(member, `success rate ${percent(rate)}, ${percent(meanRate)} on average`);
    for (const member of this.#members) {
      member.callCount = 0;
      member.successCount = 0;
    }
    if (this.#members.some(({ ejectionCount }) => ejectionCount > 0)) this.#sweepLater();
  }
}

function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`;
}
