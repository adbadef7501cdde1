import { createAgent } from '@holdfast/agent';
import { FakeClock, MemoryCollector } from '@holdfast/agent/testing';
import type { CountColumn, EventKind, ResourceKind } from '@holdfast/shared';
import type { Path } from './path.ts';

export interface Sent {
  readonly counts: Path['counts'];
  readonly events: readonly EventKind[];
}

/** Takes an agent through a path and answers what its collector got of it, whole. */
export async function sentOn(path: Path): Promise<Sent> {
  const clock = new FakeClock(1_700_000_000_000);
  const collector = new MemoryCollector({ clock });
  const agent = createAgent({
    service: 'shop',
    instance: 'shop-1',
    environment: 'test',
    collector,
    clock,
    random: () => 0.5,
  });
  await clock.advance(0);
  await path.drive({ agent, clock, collector });
  await clock.advance(2_000); // the second in which it happened is read, sealed and sent
  const [first, ...events] = collector.events.map(({ kind }) => kind);
  if (first !== 'agent.started') throw new Error(`the first event was ${first}`);
  const counts = countsOf(collector);
  await Promise.all([agent.close({ timeoutMs: 0 }), clock.advance(0)]);
  return { counts, events };
}

function countsOf(collector: MemoryCollector): Path['counts'] {
  const counts: Partial<Record<ResourceKind, Partial<Record<CountColumn, number>>>> = {};
  for (const { kind, name } of collector.resources) {
    const totals = collector.totals(kind, name);
    if (Object.keys(totals).length > 0) counts[kind] = { ...counts[kind], ...totals };
  }
  return counts;
}
