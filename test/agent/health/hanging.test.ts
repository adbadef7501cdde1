import { expect, test } from 'vitest';
import { createTestAgent } from '../support/agent.ts';

/** Hangs from the first call on, until `answer` is called. */
function createProbe() {
  const startedMs: number[] = [];
  const hanging: ((isUp: boolean) => void)[] = [];
  let isHanging = true;
  return {
    startedMs,
    hanging,
    heal: () => (isHanging = false),
    probeAt: (now: () => number) => (): Promise<boolean> | boolean => {
      startedMs.push(now());
      return isHanging ? new Promise((resolve) => hanging.push(resolve)) : true;
    },
  };
}

const options = { timeoutMs: 500, intervalMs: 1_000 };

test('a check that hung once is asked again, and is up again', async () => {
  const { agent, clock } = await createTestAgent();
  const { probeAt, heal, startedMs } = createProbe();
  const check = agent.healthCheck(
    'database',
    probeAt(() => clock.monotonic()),
    options,
  );
  await clock.advance(600);
  expect(check.report).toMatchObject({ status: 'down', message: 'no answer within 500 ms' });
  heal();
  await clock.advance(1_000);
  expect({ status: check.status, calls: startedMs.length }).toEqual({ status: 'up', calls: 2 });
});

test('a check that goes on hanging is asked less and less often', async () => {
  const { agent, clock } = await createTestAgent();
  const { probeAt, startedMs } = createProbe();
  const startMs = clock.monotonic();
  const check = agent.healthCheck(
    'database',
    probeAt(() => clock.monotonic() - startMs),
    options,
  );
  await clock.advance(20_000);
  const gaps = startedMs.slice(1).map((atMs, index) => atMs - (startedMs[index] ?? 0));
  expect(startedMs.length).toBe(6);
  expect(gaps.toSorted((a, b) => a - b)).toEqual(gaps);
  expect(check.report).toMatchObject({
    status: 'down',
    message: 'the call before has still not answered',
  });
});

test('a call that answers at last ends the longer waits', async () => {
  const { agent, clock } = await createTestAgent();
  const { probeAt, heal, hanging, startedMs } = createProbe();
  const check = agent.healthCheck(
    'database',
    probeAt(() => clock.monotonic()),
    options,
  );
  await clock.advance(20_000);
  const before = startedMs.length;
  heal();
  hanging[0]?.(true);
  await clock.advance(1_500);
  expect({ status: check.status, calls: startedMs.length - before }).toEqual({ status: 'up', calls: 1 });
});

test('no more than 100 calls of a check hang at a time', async () => {
  const { agent, clock } = await createTestAgent();
  const { probeAt, hanging } = createProbe();
  const probe = probeAt(() => clock.monotonic());
  agent.healthCheck('database', probe, { timeoutMs: 10, intervalMs: 300_000 });
  await clock.advance(48 * 3_600_000);
  expect(hanging.length).toBe(100);
});
