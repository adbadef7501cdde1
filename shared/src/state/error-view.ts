import type { ErrorClass } from '../vocabulary/calls.ts';
import { type ErrorGroup, type Fleet, fleetLimits } from './fleet.ts';
import type { ErrorView } from './views.ts';

/**
 * The groups of errors: those of the last hour first, of these the causes before what the layers turned away
 * because of them, then the busiest of the last minute.
 */
export function errorViewsOf(fleet: Fleet, now: number): ErrorView[] {
  const isShown = ({ fingerprint, total, lastAt }: ErrorGroup): boolean =>
    // A place that stands below 0 waits for the rollups of what was already told apart.
    (total > 0 || !fingerprint.startsWith('at:')) && now - lastAt <= fleetLimits.errorsForMs;
  return [...fleet.errors.values()]
    .filter(isShown)
    .map((group) => errorViewOf(group, now))
    .sort(compareErrors);
}

/** The order of groups. */
export function compareErrors(a: ErrorView, b: ErrorView): number {
  return (
    Number(b.lastHour > 0) - Number(a.lastHour > 0) ||
    Number(consequences.includes(a.class)) - Number(consequences.includes(b.class)) ||
    b.lastMinute - a.lastMinute ||
    b.lastHour - a.lastHour ||
    b.lastAt - a.lastAt ||
    (errorKey(a) < errorKey(b) ? -1 : 1)
  );
}

/** Tells groups apart. */
export function errorKey(of: Pick<ErrorView, 'class' | 'fingerprint'>): string {
  return `${of.class} ${of.fingerprint}`;
}

/** What a layer answers, or a caller does, once something else has failed. */
const consequences: readonly ErrorClass[] = ['rejected', 'cancelled'];

function errorViewOf(group: ErrorGroup, now: number): ErrorView {
  const { class: errorClass, fingerprint, total, firstAt, lastAt, sample, elsewhereTotal } = group;
  const places = group.places
    .filter((place) => place.total > 0)
    .sort((a, b) => b.total - a.total || (a.address < b.address ? -1 : 1))
    .map((place) => ({ ...place }));
  return {
    class: errorClass,
    fingerprint,
    address: places[0]?.address ?? group.places[0]?.address ?? '',
    services: [...new Set(places.map(({ address }) => address.split('/')[0] ?? ''))].sort(),
    places,
    ...(elsewhereTotal > 0 ? { elsewhereTotal } : {}),
    total,
    lastMinute: sumAfter(group.recent, Math.floor(now / 1_000) - fleetLimits.errorSlots),
    lastHour: sumAfter(group.minutes, Math.floor(now / 60_000) - fleetLimits.errorSlots),
    firstAt,
    lastAt,
    ...(sample === undefined ? {} : { sample }),
  };
}

/** The present second, or minute, and the 59 before it. */
function sumAfter(slots: readonly number[], from: number): number {
  let sum = 0;
  for (let at = 0; at < slots.length; at += 2) {
    if ((slots[at] ?? 0) > from) sum += slots[at + 1] ?? 0;
  }
  return Math.max(0, sum);
}
