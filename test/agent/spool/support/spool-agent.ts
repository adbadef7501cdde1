import { type Agent, type AgentOptions, createAgent } from '@holdfast/agent';
import type { Scope } from '../../../support/scope.ts';

export interface SpoolAgent {
  readonly agent: Agent;
  /** Faults that the agent reported. */
  readonly faults: string[];
}

/** An agent of the service `shop` on the real clock; it ends with the scope. */
export function spoolAgent(scope: Scope, options: AgentOptions): SpoolAgent {
  const faults: string[] = [];
  const agent = createAgent({
    service: 'shop',
    instance: 'shop-1',
    onInternalError: (error) => faults.push(error instanceof Error ? error.message : String(error)),
    ...options,
  });
  scope.onEnd(() => agent.close({ timeoutMs: 1_000 }));
  return { agent, faults };
}

/** Guards calls, and changes the state of a breaker so often. */
export async function work(agent: Agent, { calls = 0, changes = 0 }): Promise<void> {
  for (let call = 0; call < calls; call++) await agent.circuitBreaker('payments').execute(async () => 'fine');
  for (let change = 0; change < changes; change++) agent.circuitBreaker('payments').reset();
}
