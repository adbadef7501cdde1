import type { Agent, FaultOptions } from '@holdfast/agent';
import { chapter, settled, throwing } from '../path.ts';

export const faultPaths = chapter(
  'Fault injection',
  (agent) => shopWith(agent, { kind: 'fault', ratio: 1 }),
  [
    {
      when: 'a fault fails a call, and its time is over',
      drive: async ({ pay }, { clock }) => {
        await settled(pay());
        await clock.advance(60_000);
        await pay();
      },
      counts: { pipeline: { success: 1, failure: 1, faults_injected: 1, class_partial_outage: 1 } },
      events: ['fault.started', 'error.sampled', 'fault.stopped'],
    },
    {
      when: 'a fault makes a call wait',
      of: (agent) => shopWith(agent, { kind: 'latency', ratio: 1, latencyMs: 500 }),
      drive: async ({ pay, fault }, { clock }) => {
        const call = pay();
        await clock.advance(500);
        await call;
        fault.stop();
      },
      counts: { pipeline: { success: 1, faults_injected: 1 } },
      events: ['fault.started', 'fault.stopped'],
    },
    {
      when: 'a fault answers instead of the function',
      of: (agent) => shopWith(agent, { kind: 'outcome', ratio: 1, result: 'paid' }),
      drive: async ({ pay, fault }) => {
        await pay();
        fault.stop();
      },
      counts: { pipeline: { success: 1, faults_injected: 1 } },
      events: ['fault.started', 'fault.stopped'],
    },
    {
      when: 'the behaviour of a fault throws',
      of: (agent) =>
        shopWith(agent, { kind: 'behavior', ratio: 1, behavior: () => throwing(new Error('cut')) }),
      drive: async ({ pay, fault }) => {
        await settled(pay());
        fault.stop();
      },
      counts: { pipeline: { failure: 1, faults_injected: 1, class_unknown: 1 } },
      events: ['fault.started', 'error.sampled', 'fault.stopped'],
    },
    {
      when: 'the breaker that a fault names opens',
      of: (agent) => {
        agent.circuitBreaker('ledger');
        return shopWith(agent, { kind: 'fault', ratio: 1, stopsWhenOpen: 'ledger' });
      },
      drive: ({ pay }, { agent }) => {
        agent.circuitBreaker('ledger').open('by hand');
        return pay();
      },
      counts: { pipeline: { success: 1 } },
      events: ['fault.started', 'circuit_breaker.opened', 'fault.stopped'],
    },
    {
      when: 'a fault is on, and hits other calls',
      of: (agent) => shopWith(agent, { kind: 'fault', ratio: 0 }),
      drive: ({ pay }) => pay(),
      counts: { pipeline: { success: 1 } },
      events: ['fault.started'],
    },
  ],
);

/** A pipeline with a fault that may hit its calls. */
function shopWith(agent: Agent, options: FaultOptions) {
  const payments = agent.pipeline('payments', {});
  return { pay: () => payments.execute(() => 'paid'), fault: agent.faults.start('drill', options) };
}
