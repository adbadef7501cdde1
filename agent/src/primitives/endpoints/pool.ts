import { safeMessage } from '../../classification/summary.ts';
import { describeConfig } from '../../options/describe-config.ts';
import type { Runtime } from '../../runtime.ts';
import { cut } from '../../telemetry/fit.ts';
import type { Meter } from '../../telemetry/meter.ts';
import { meterOf, type Site } from '../site.ts';
import { startActiveCheck } from './active-check.ts';
import { type Choose, createBalance } from './balance.ts';
import { Member } from './member.ts';
import { byId, type EndpointsSettings } from './options.ts';
import { Rotation } from './rotation.ts';

/** The endpoints of a pool, and which of them is next. */
export class Pool<E extends string | object> {
  readonly meter: Meter;
  readonly rotation: Rotation<E>;
  readonly #runtime: Runtime;
  readonly #settings: EndpointsSettings<E>;
  readonly #choose: Choose<E>;
  #members: ReadonlyMap<string, Member<E>> = new Map();
  #inFlightCount = 0;
  #isClosed = false;

  /** Throws where an endpoint has no name, or two have the same. */
  constructor(site: Site, settings: EndpointsSettings<E>) {
    const { runtime } = site;
    const { endpoints, idOf, dependency: _, ...config } = settings;
    const named = byId(endpoints, idOf);
    this.#runtime = runtime;
    this.#settings = settings;
    this.#choose = createBalance(settings.balance, runtime.random);
    this.rotation = new Rotation(runtime, settings, (event) => runtime.telemetry.emit(event, this.meter));
    this.meter = meterOf(site, {
      kind: 'endpoints',
      config: describeConfig(config),
      gauges: () => ({
        in_flight: this.#inFlightCount,
        limit: this.#members.size,
        ejected: this.#members.size - this.rotation.ready.length,
      }),
    });
    this.#fill(named);
  }

  get members(): readonly Member<E>[] {
    return [...this.#members.values()];
  }

  /** The endpoint of the next call. A retry goes to one whose last call did not end with an error. */
  take(isRetry: boolean): Member<E> | undefined {
    const { ready } = this.rotation;
    const unerring = isRetry ? ready.filter(({ hasErred }) => !hasErred) : [];
    const member = this.#choose(unerring.length > 0 ? unerring : ready);
    if (member === undefined) return undefined;
    member.inFlightCount += 1;
    this.#inFlightCount += 1;
    return member;
  }

  /** Its call is over. */
  giveBack(member: Member<E>): void {
    member.inFlightCount -= 1;
    this.#inFlightCount -= 1;
  }

  /** Other endpoints from now on. What is known of those that stay is kept. Throws as the constructor. */
  set(endpoints: readonly E[]): void {
    const named = byId(endpoints, this.#settings.idOf);
    const before = this.#members;
    this.#fill(named);
    const added = this.members.filter(({ id }) => !before.has(id));
    const removed = [...before.values()].filter(({ isGone }) => isGone);
    const changes = [
      ...added.map(({ label }) => `added ${label}`),
      ...removed.map(({ label }) => `removed ${label}`),
    ];
    if (changes.length > maxChanges) changes.splice(maxChanges, Infinity, `${changes.length} changes in all`);
    if (changes.length > 0) this.#runtime.telemetry.emit({ kind: 'config.changed', changes }, this.meter);
  }

  /** No more probes, and what only they kept out returns. */
  close(): void {
    this.#isClosed = true;
    for (const member of this.members) {
      member.stopCheck();
      this.rotation.checkPassed(member);
    }
  }

  #fill(named: ReadonlyMap<string, E>): void {
    for (const member of this.members) {
      if (named.has(member.id)) continue;
      member.isGone = true;
      member.stopCheck();
      member.timer?.cancel();
    }
    const members = [...named].map(([id, endpoint]): [string, Member<E>] => {
      const member = this.#members.get(id) ?? this.#make(id, endpoint);
      member.endpoint = endpoint;
      return [id, member];
    });
    this.#members = new Map(members);
    this.rotation.set(this.members);
  }

  #make(id: string, endpoint: E): Member<E> {
    const { clock, random, redact } = this.#runtime;
    const label = cut(safeMessage(id, redact), maxLabelLength);
    const member = new Member({ id, label, endpoint, nowMs: clock.monotonic() });
    const settings = this.#settings.activeCheck;
    if (settings === undefined || this.#isClosed) return member;
    member.stopCheck = startActiveCheck({
      clock,
      random,
      settings,
      probe: ({ signal }) => settings.probe(member.endpoint, signal),
      failed: (message) => this.rotation.checkFailed(member, safeMessage(message ?? 'down', redact)),
      passed: () => this.rotation.checkPassed(member),
    });
    return member;
  }
}

/** What the wire takes. */
const maxLabelLength = 256;
const maxChanges = 32;
