import { type Agent, type AgentOptions, createAgent } from '@holdfast/agent';
import { FakeClock, MemoryCollector } from '@holdfast/agent/testing';

export interface TestAgent {
  readonly agent: Agent;
  readonly clock: FakeClock;
  readonly collector: MemoryCollector;
  /** Faults that the agent reported. */
  readonly faults: unknown[];
}

/** An agent of the service `shop`, connected to a collector in memory, on a clock that stands still. */
export async function createTestAgent(options: AgentOptions = {}): Promise<TestAgent> {
  const clock = new FakeClock(1_700_000_000_000);
  const collector = new MemoryCollector({ clock });
  const faults: unknown[] = [];
  const agent = createAgent({
    service: 'shop',
    instance: 'shop-1',
    collector,
    clock,
    random: () => 0.5,
    onInternalError: (error) => faults.push(error),
    ...options,
  });
  await clock.advance(0);
  return { agent, clock, collector, faults };
}
