import { breakersOf, type FleetView, plural } from '@holdfast/shared';

/** What a filter lets through, in words: "2 breakers, 1 flag, 14 events". */
export function shownWords(view: FleetView): string {
  const counts = [
    [breakersOf(view.resources).length, 'breaker'],
    [view.resources.filter((resource) => resource.health !== undefined).length, 'health check'],
    [view.flags.length, 'flag'],
    [view.errors.length, 'error'],
    [view.agents.length, 'instance'],
    [view.events.length, 'event'],
    [view.audit.length, 'act'],
  ] as const;
  const parts = counts.flatMap(([count, noun]) => (count === 0 ? [] : [plural(count, noun)]));
  return parts.length === 0 ? 'lets nothing through' : `lets through ${parts.join(', ')}`;
}
