import {
  type AuditEntry,
  type BreakerOverride,
  breakerTarget,
  type Clock,
  type ControlFact,
  type FlagOverride,
  flagViewsOf,
  formatDuration,
  type LogEntry,
  nearestFew,
  overrideLimits,
  type ReleaseRequest,
  type SetBreakerRequest,
  type SetFlagRequest,
  show,
  type Surface,
  typeOf,
} from '@holdfast/shared';
import { randomUUID } from 'node:crypto';
import { messageOf } from '../errors.ts';
import type { FoldedState } from '../fold/folded-state.ts';
import type { Journal } from '../journal/journal.ts';
import type { Log } from '../log.ts';
import type { Condition } from '../server/if-match.ts';
import { done, type Outcome, refused } from '../refusal.ts';
import { Queue } from '../store/database.ts';
import { checkCondition } from './check-condition.ts';
import { findBreaker } from './find-breaker.ts';

export interface ControlOptions {
  readonly state: FoldedState;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
}

/** The place of a breaker: `service/kind/name`, in its parts. */
export interface ResourcePlace {
  readonly service: string;
  readonly kind: string;
  readonly name: string;
}
export interface ActedBy {
  readonly by: string;
  readonly via: Surface;
  readonly reason?: string;
}
/** An act, and what must hold for it to be done. */
export type Conditional<T> = T & { readonly onlyIf?: Condition };

/**
 * What people ask for. Each act is one fact in the log: durable first, then pushed to the agents as part of
 * desired state. Acts happen one after the other, so that each knows what the one before made.
 */
export class Control {
  private readonly options: ControlOptions;
  private readonly acts = new Queue();

  constructor(options: ControlOptions) {
    this.options = options;
  }

  setFlag(key: string, request: Conditional<SetFlagRequest>): Promise<Outcome<AuditEntry>> {
    return this.acts.run(async () => {
      const holds = checkCondition(this.options.state.fleet, { flag: key }, request.onlyIf);
      if (!holds.ok) return holds;
      const now = this.options.clock.now();
      const flags = flagViewsOf(this.options.state.fleet, now);
      const flag = flags.find((one) => one.key === key);
      if (flag === undefined)
        return this.unknownFlag(
          key,
          flags.map((one) => one.key),
        );
      const { value } = request;
      if (typeOf(value) !== flag.type) {
        const detail = `\`value\` of flag ${key} must be a ${flag.type}, got ${show(value)}`;
        return refused('bad_input', detail, { field: 'value' });
      }
      const end = endOf(request, now);
      if (!end.ok) return end;
      const override: FlagOverride = {
        key,
        value,
        ...attributionOf(request),
        setAt: now,
        expiresAt: end.value,
      };
      return this.record({
        action: 'flag.set',
        target: key,
        from: flag.value,
        to: value,
        ...actOf(request),
        expiresAt: end.value,
        flag: override,
      });
    });
  }

  clearFlag(key: string, act: Conditional<ActedBy>): Promise<Outcome<AuditEntry>> {
    return this.acts.run(async () => {
      const { fleet } = this.options.state;
      const holds = checkCondition(fleet, { flag: key }, act.onlyIf);
      if (!holds.ok) return holds;
      const override = fleet.desired.flags.find((flag) => flag.key === key);
      if (override !== undefined) {
        return this.record({
          action: 'flag.cleared',
          target: key,
          from: override.value,
          to: null,
          ...actOf(act),
          flag: null,
        });
      }
      const keys = flagViewsOf(fleet, this.options.clock.now()).map((flag) => flag.key);
      if (!keys.includes(key)) return this.unknownFlag(key, keys);
      return refused('conflict', `flag ${key} has no override that could be cleared`);
    });
  }

  setBreaker(place: ResourcePlace, request: Conditional<SetBreakerRequest>): Promise<Outcome<AuditEntry>> {
    return this.acts.run(async () => {
      const { fleet } = this.options.state;
      const breaker = { ...place, ...instanceIn(request) };
      const holds = checkCondition(fleet, { breaker }, request.onlyIf);
      if (!holds.ok) return holds;
      const now = this.options.clock.now();
      const found = findBreaker(fleet, breaker, now);
      if (!found.ok) return found;
      const end = endOf(request, now);
      if (!end.ok) return end;
      const { service, name } = place;
      const override: BreakerOverride = {
        id: randomUUID(),
        service,
        ...instanceIn(request),
        name,
        state: request.state,
        ...attributionOf(request),
        setAt: now,
        expiresAt: end.value,
      };
      return this.record({
        action: actionOfState[request.state],
        target: breakerTarget(override),
        from: found.value,
        to: request.state,
        ...actOf(request),
        expiresAt: end.value,
        breaker: override,
      });
    });
  }

  releaseBreaker(place: ResourcePlace, request: Conditional<ReleaseRequest>): Promise<Outcome<AuditEntry>> {
    return this.acts.run(async () => {
      const { fleet } = this.options.state;
      const breaker = { ...place, ...instanceIn(request) };
      const holds = checkCondition(fleet, { breaker }, request.onlyIf);
      if (!holds.ok) return holds;
      const target = breakerTarget(breaker);
      const override = fleet.desired.breakers.find((one) => breakerTarget(one) === target);
      if (override !== undefined) {
        return this.record({
          action: 'breaker.released',
          target,
          from: override.state,
          to: null,
          ...actOf(request),
          breaker: null,
        });
      }
      const now = this.options.clock.now();
      const found = findBreaker(fleet, breaker, now);
      if (!found.ok) return found;
      const others = fleet.desired.breakers.filter(
        (one) => one.service === place.service && one.name === place.name,
      );
      const nearest = others.map(breakerTarget);
      const hint = nearest.length === 0 ? '' : `; one is set on ${nearest.join(', ')}`;
      return refused('conflict', `${target} has no override that could be released${hint}`, { nearest });
    });
  }

  /** The services that have defined a flag. */
  servicesOfFlag(key: string): readonly string[] {
    const { state, clock } = this.options;
    return flagViewsOf(state.fleet, clock.now()).find((one) => one.key === key)?.services ?? [];
  }

  /** Ends the overrides whose time is over. Returns when the next one ends, epoch milliseconds. */
  expireDue(): Promise<number | undefined> {
    return this.acts.run(async () => {
      const { state, clock } = this.options;
      const { flags, breakers } = state.fleet.desired;
      const now = clock.now();
      for (const flag of flags.filter((one) => one.expiresAt <= now)) {
        const target = flag.key;
        await this.record({
          action: 'flag.expired',
          target,
          from: flag.value,
          to: null,
          ...expiry(flag),
          flag: null,
        });
      }
      for (const breaker of breakers.filter((one) => one.expiresAt <= now)) {
        const target = breakerTarget(breaker);
        const fact = { target, from: breaker.state, to: null, ...expiry(breaker), breaker: null };
        await this.record({ action: 'breaker.expired', ...fact });
      }
      const { desired } = state.fleet;
      const ends = [...desired.flags, ...desired.breakers].map((one) => one.expiresAt);
      return ends.length === 0 ? undefined : Math.min(...ends);
    });
  }

  private unknownFlag(key: string, keys: readonly string[]): Outcome<never> {
    return refused('unknown', `no instance has defined a flag ${show(key)}`, {
      nearest: nearestFew(key, keys),
    });
  }

  private async record(act: Omit<ControlFact, 'type' | 'version'>): Promise<Outcome<AuditEntry>> {
    const version = this.options.state.fleet.desired.version + 1;
    try {
      return done(auditOf(await this.options.journal.record({ type: 'control', version, ...act })));
    } catch (error) {
      this.options.log('error', `${act.action} ${act.target} could not be stored: ${messageOf(error)}`);
      return refused('unavailable', 'the collector cannot store anything now, so nothing was changed');
    }
  }
}

const actionOfState = {
  forced_open: 'breaker.held_open',
  disabled: 'breaker.disabled',
  closed: 'breaker.closed',
} as const;

function actOf(act: ActedBy): Required<ActedBy> {
  return { ...attributionOf(act), via: act.via };
}

function attributionOf({ by, reason = '' }: ActedBy): { readonly by: string; readonly reason: string } {
  return { by, reason: reason.trim() };
}

function expiry({
  setAt,
  expiresAt,
}: {
  readonly setAt: number;
  readonly expiresAt: number;
}): Required<ActedBy> {
  return { by: 'holdfast', via: 'collector', reason: `its ${formatDuration(expiresAt - setAt)} are over` };
}

function instanceIn({ instance }: { readonly instance?: string }): { readonly instance?: string } {
  return instance === undefined ? {} : { instance };
}

/** When an override ends, epoch milliseconds. */
function endOf(
  { forMs = overrideLimits.defaultForMs }: { readonly forMs?: number },
  now: number,
): Outcome<number> {
  const { minForMs, maxForMs } = overrideLimits;
  if (forMs >= minForMs && forMs <= maxForMs) return done(now + Math.round(forMs));
  const limits = `${formatDuration(minForMs)} (${minForMs}) and ${formatDuration(maxForMs)} (${maxForMs})`;
  return refused('bad_input', `\`forMs\` must be between ${limits}, got ${forMs}`, { field: 'forMs' });
}

function auditOf(entry: LogEntry): AuditEntry {
  if (entry.type !== 'control') throw new TypeError(`entry ${entry.id} is no act but ${entry.type}`);
  const { type: _type, flag: _flag, breaker: _breaker, ...audit } = entry;
  return audit;
}
