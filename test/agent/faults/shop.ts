import type { FaultOptions } from '@holdfast/agent';
import { createTestAgent, type TestAgent } from '../support/agent.ts';

/** An agent with a pipeline `payments` whose function answers `fine`. */
export async function createShop(): Promise<TestAgent & { readonly pay: () => Promise<string> }> {
  const test = await createTestAgent();
  const payments = test.agent.pipeline('payments', { timeoutMs: 1_000, tags: ['money', 'tier:gold'] });
  return { ...test, pay: () => payments.execute(() => 'fine') };
}

/** What a call has ended with, as soon as it has. */
export function watch(call: Promise<unknown>): unknown[] {
  const settled: unknown[] = [];
  const note = (end: unknown): number => settled.push(end);
  call.then(note, note).catch(() => undefined);
  return settled;
}

export const always = { kind: 'fault', ratio: 1 } as const satisfies FaultOptions;
