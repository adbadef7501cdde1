import {
  type BreakerState,
  breakerWords,
  formatMs,
  formatRate,
  formatRatio,
  holdWords,
  isProblem,
  plural,
  type ResourceView,
  type StateWords,
  staleWords,
} from '@holdfast/shared';

/** A breaker as its row shows it: ready values. */
export interface BreakerRowView {
  readonly label: string;
  readonly service: string;
  readonly name: string;
  /** `unknown` where no instance of it is connected. */
  readonly state: BreakerState | 'unknown';
  readonly words: StateWords;
  readonly isProblem: boolean;
  /** Absent where nothing is known. */
  readonly sinceAt: number | undefined;
  readonly failed: string;
  readonly failedLevel: 'none' | 'some' | 'high';
  readonly rate: string;
  readonly p99: string;
  readonly cause: string | undefined;
  readonly badges: readonly Badge[];
}

export type Badge =
  | { readonly kind: 'held'; readonly text: string; readonly until: number }
  | { readonly kind: 'holds' | 'stale' | 'states' | 'flags'; readonly text: string };

export function breakerRowView(resource: ResourceView): BreakerRowView {
  const { breaker, rates, service, name } = resource;
  const state = stateOf(resource);
  return {
    label: `${service}/${name}`,
    service,
    name,
    state,
    words: state === 'unknown' ? staleWords : breakerWords[state],
    isProblem: isProblem(resource),
    sinceAt: breaker?.sinceAt,
    failed: rates.failureRatio === undefined ? '–' : formatRatio(rates.failureRatio),
    failedLevel: failedLevelOf(rates.failureRatio),
    rate: formatRate(rates.callsPerSecond),
    p99: rates.p99Ms === undefined ? '–' : formatMs(rates.p99Ms),
    cause: breaker?.state === 'closed' ? undefined : breaker?.cause,
    badges: badgesOf(resource),
  };
}

/** The state to show: what is said of a breaker without a connected instance is no longer known. */
export function stateOf(resource: ResourceView): BreakerState | 'unknown' {
  if (resource.staleCount >= resource.instanceCount) return 'unknown';
  return resource.breaker?.state ?? 'closed';
}

function failedLevelOf(ratio: number | undefined): BreakerRowView['failedLevel'] {
  if (ratio === undefined || ratio < 0.01) return 'none';
  return ratio < 0.1 ? 'some' : 'high';
}

function badgesOf(resource: ResourceView): Badge[] {
  const { breaker, staleCount, instanceCount } = resource;
  const badges: Badge[] = [];
  const hold = breaker?.override;
  if (hold !== undefined) {
    badges.push({ kind: 'held', text: holdWords(hold), until: hold.expiresAt });
  }
  const others = breaker?.otherOverrides?.length ?? 0;
  if (others > 0) badges.push({ kind: 'holds', text: `and ${plural(others, 'more hold')}` });
  const inState = breaker === undefined ? 0 : (breaker.states[breaker.state] ?? 0);
  const live = instanceCount - staleCount;
  if (breaker !== undefined && inState < live && live > 1) {
    badges.push({ kind: 'states', text: `${inState} of ${live} instances` });
  }
  const degrades = breaker?.state === 'closed' ? [] : (breaker?.flags ?? []);
  if (degrades.length > 0) badges.push({ kind: 'flags', text: plural(degrades.length, 'bound flag') });
  if (staleCount > 0 && live > 0)
    badges.push({ kind: 'stale', text: `${staleCount} of ${instanceCount} not connected` });
  return badges;
}
