import { type FaultOptions, createAgent } from '@holdfast/agent';
import { describe, expect, test } from 'vitest';
import { isChosen } from '../../../agent/src/faults/instance-share.ts';
import { faultsOffBecause } from '../../../agent/src/faults/permission.ts';
import { createTestAgent } from '../support/agent.ts';

describe('options that are wrong', () => {
  test.each([
    [{ kind: 'fault' }, '`ratio` must be a number, got nothing'],
    [{ kind: 'fault', ratio: 50 }, '`ratio` must be between 0 and 1, got 50 (a percentage?)'],
    [{ ratio: 1 }, '`kind` must be one of latency, behavior, fault, outcome, got nothing'],
    [{ kind: 'fault', ratio: 1, forMs: 0 }, '`forMs` must be between 1 and 86400000, got 0'],
    [{ kind: 'fault', ratio: 1, forMs: Number.POSITIVE_INFINITY }, '`forMs` must be between'],
    [{ kind: 'fault', ratio: 1, pipeline: 'a' }, '`pipeline` is not an option; did you mean `pipelines`?'],
    [{ kind: 'fault', ratio: 1, pipelines: 'a' }, '`pipelines` must be an array, got "a"'],
    [{ kind: 'fault', ratio: 1, tags: [1] }, '`tags[0]` must be a string, got 1'],
    [{ kind: 'fault', ratio: 1, instancesRatio: 2 }, '`instancesRatio` must be between 0 and 1, got 2'],
    [{ kind: 'latency', ratio: 1 }, '`latencyMs` must be given for kind "latency"'],
    [{ kind: 'latency', ratio: 1, latencyMs: -1 }, '`latencyMs` must be between 0 and 86400000, got -1'],
    [
      { kind: 'latency', ratio: 1, latencyMs: { minMs: 5, maxMs: 2 } },
      '`latencyMs.minMs` must be at most maxMs 2, got 5',
    ],
    [{ kind: 'behavior', ratio: 1 }, '`behavior` must be given for kind "behavior"'],
    [{ kind: 'behavior', ratio: 1, behavior: 1 }, '`behavior` must be a function, got 1'],
    [{ kind: 'fault', ratio: 1, latencyMs: 1 }, '`latencyMs` is for kind "latency", got kind "fault"'],
    [{ kind: 'outcome', ratio: 1, error: 1 }, '`error` is for kind "fault", got kind "outcome"'],
    [{ kind: 'fault', ratio: 1, result: 1 }, '`result` is for kind "outcome", got kind "fault"'],
  ])('%j', async (options, message) => {
    const { agent } = await createTestAgent();
    const start = (): unknown => agent.faults.start('x', options as FaultOptions); // wrong on purpose
    expect(start).toThrow(message);
  });

  test('a name that is no name', async () => {
    const { agent } = await createTestAgent();
    expect(() => agent.faults.start('', { kind: 'fault', ratio: 1 })).toThrow('`name` must be');
  });

  test('a breaker that there is not', async () => {
    const { agent } = await createTestAgent();
    agent.circuitBreaker('payments');
    const stopsAt = (stopsWhenOpen: string) => () =>
      agent.faults.start('x', { kind: 'fault', ratio: 1, stopsWhenOpen });
    expect(stopsAt('payment')).toThrow(
      '`stopsWhenOpen` must be the name of a circuit breaker, got "payment"; did you mean `payments`?',
    );
    expect(stopsAt('stock')).toThrow('got "stock"; make it first');
  });

  test('an agent option that is no boolean', () => {
    const options = { service: 'shop', collector: false, faultInjection: 'yes' };
    // @ts-expect-error: what somebody writes in JavaScript
    expect(() => createAgent(options)).toThrow('`faultInjection` must be true or false, got "yes"');
  });
});

describe('where faults may be injected', () => {
  test.each([
    [{}, {}, undefined],
    [{ environment: 'staging' }, { NODE_ENV: 'production' }, undefined],
    [{}, { NODE_ENV: 'production' }, 'environment production needs the option faultInjection'],
    [{ environment: 'prod-eu' }, {}, 'environment prod-eu needs the option faultInjection'],
    [{ environment: 'production', faultInjection: true }, {}, undefined],
    [{ faultInjection: true }, { HOLDFAST_FAULTS: 'off' }, 'HOLDFAST_FAULTS is off'],
    [{}, { HOLDFAST_FAULTS: 'fo' }, 'HOLDFAST_FAULTS is fo'],
    [{}, { HOLDFAST_FAULTS: 'on' }, undefined],
    [{}, { HOLDFAST_FAULTS: '' }, undefined],
    [{}, { HOLDFAST_FAULTS: 'on', NODE_ENV: 'production' }, 'environment production needs'],
    [{ faultInjection: false }, {}, 'the option faultInjection is false'],
  ])('%j in %j: off because %s', (options, variables, offBecause) => {
    const answer = expect(faultsOffBecause(options, variables));
    if (offBecause === undefined) answer.toBeUndefined();
    else answer.toContain(offBecause);
  });

  test('a fault that may not start is off and says why', async () => {
    const { agent, collector } = await createTestAgent({ environment: 'production' });
    const stock = agent.pipeline('stock', {});
    const fault = agent.faults.start('down', { kind: 'fault', ratio: 1 });
    expect(fault.isOn).toBe(false);
    expect(fault.offBecause).toBe('environment production needs the option faultInjection');
    agent.faults.enable();
    expect(agent.faults.start('down', { kind: 'fault', ratio: 1 }).isOn).toBe(false);
    expect(await stock.execute(() => 'fine')).toBe('fine');
    expect(collector.events.map(({ kind }) => kind)).not.toContain('fault.started');
  });
});

describe('a share of the instances', () => {
  const instances = Array.from({ length: 1_000 }, (_, number) => `shop-${number}`);
  const chosen = (name: string, ratio: number): string[] =>
    instances.filter((instance) => isChosen({ name, instance, ratio }));

  test('is as large as its ratio', () => {
    expect(chosen('down', 0)).toHaveLength(0);
    expect(chosen('down', 1)).toHaveLength(1_000);
    expect(chosen('down', 0.2).length).toBeGreaterThan(160);
    expect(chosen('down', 0.2).length).toBeLessThan(240);
    expect(chosen('down', 0.5).filter((name) => name.length === 6).length).toBeGreaterThan(1);
  });

  test('keeps its instances when it grows', () => {
    expect(chosen('down', 0.4)).toEqual(expect.arrayContaining(chosen('down', 0.2)));
  });

  test('falls elsewhere for another fault', () => {
    expect(chosen('down', 0.2)).not.toEqual(chosen('slow', 0.2));
  });

  test('leaves out an instance that is not of it', async () => {
    const { agent } = await createTestAgent();
    const fault = agent.faults.start('down', { kind: 'fault', ratio: 1, instancesRatio: 0 });
    expect(fault).toMatchObject({ isOn: false, offBecause: 'this instance is not of its share' });
  });
});
