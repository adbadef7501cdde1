import { differenceLimits, resourceViewOf, type ResourceDescriptor } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { address, agent, breaker, levelsOf, openedEvent, startAt, TestLog } from './log.ts';

type Config = ResourceDescriptor['config'];

/** A breaker as each of the instances `c1`, `c2`, … has configured it. */
function logOf(...configs: readonly Config[]): TestLog {
  const log = new TestLog();
  for (const [index, config] of configs.entries()) {
    const of = instance(index + 1);
    log.connect(of);
    const add = [{ ...breaker, ...(config === undefined ? {} : { config }) }];
    log.batch({ dictionary: { from: 0, add } }, of);
  }
  return log;
}

function instance(number: number): typeof agent {
  return { ...agent, instance: `c${number}` };
}

function differencesIn(log: TestLog): unknown {
  return resourceViewOf(log.fleet, address, startAt)?.differences;
}

test('settings that differ are named with their values and instances', () => {
  const log = logOf({ size: 10, kind: 'count' }, { size: 20, kind: 'count' }, { size: 20, kind: 'count' });
  expect(differencesIn(log)).toEqual([
    {
      what: 'config.size',
      values: [
        { value: 20, instanceCount: 2, instances: ['c2', 'c3'] },
        { value: 10, instanceCount: 1, instances: ['c1'] },
      ],
    },
  ]);
});

test('a setting that only some have is a difference', () => {
  for (const configs of [
    [{ size: 10 }, undefined],
    [undefined, { size: 10 }],
  ]) {
    expect(differencesIn(logOf(...configs))).toMatchObject([
      { what: 'config.size', values: [{ value: 10 }, { instanceCount: 1 }] },
    ]);
  }
});

test('instances in different states are named by state', () => {
  const log = logOf({}, {}, {});
  for (const number of [1, 2, 3]) {
    const level = { resource: 0, state: 'closed', sinceAt: startAt } as const;
    log.batch({ levels: levelsOf({ breakers: [level] }) }, instance(number));
  }
  expect(differencesIn(log)).toBeUndefined();
  log.batch({ events: [openedEvent(startAt + 5)] }, instance(2));
  expect(differencesIn(log)).toEqual([
    {
      what: 'state',
      values: [
        { value: 'closed', instanceCount: 2, instances: ['c1', 'c3'] },
        { value: 'open', instanceCount: 1, instances: ['c2'] },
      ],
    },
  ]);
});

test('what a lost instance had is no difference', () => {
  const log = logOf({ size: 10 }, { size: 20 });
  log.append({ type: 'disconnected', agent: instance(2), clean: false });
  expect(differencesIn(log)).toBeUndefined();
});

test('of many settings, values and instances only some are told', () => {
  const configs = Array.from({ length: 60 }, (_, index) =>
    Object.fromEntries(Array.from({ length: 30 }, (_setting, key) => [`s${key}`, index % 10])),
  );
  const view = resourceViewOf(logOf(...configs).fleet, address, startAt);
  expect(view?.differences).toHaveLength(differenceLimits.settings);
  for (const { values } of view?.differences ?? []) {
    expect(values).toHaveLength(differenceLimits.values);
    expect(values[0]).toMatchObject({ value: 0, instanceCount: 6 });
    expect(values[0]?.instances).toHaveLength(differenceLimits.instances);
  }
});
