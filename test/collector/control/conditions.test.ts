import type { AuditEntry, FlagAnswer, ListAnswer, Problem, ResourceAnswer } from '@holdfast/shared';
import { describe, expect, test } from 'vitest';
import { getJson, sendJson } from '../../support/http.ts';
import { scopeOfTest, type Scope } from '../../support/scope.ts';
import { startTestCollector, type TestCollector } from '../support/start-collector.ts';
import { batchWith, flagLevels, startAt, WireAgent } from '../support/wire-agent.ts';

const ann = { by: 'ann', via: 'cli' } as const;
const flag = '/api/v1/flags/reviews';
const breaker = '/api/v1/resources/checkout/circuit_breaker/payments';

async function start(scope: Scope): Promise<TestCollector> {
  const collector = await startTestCollector(scope);
  for (const instance of ['a', 'b']) {
    const agent = await WireAgent.introduce(scope, collector.url, { instance });
    agent.send(batchWith(1, flagLevels(true)));
    await agent.acknowledged(1);
  }
  return collector;
}

interface Answered {
  readonly status: number;
  readonly problem: Partial<Problem>;
}

/** An act under a condition. */
async function act(
  { url }: TestCollector,
  [method, path]: readonly ['PUT' | 'DELETE', string],
  { ifMatch, ...more }: { readonly ifMatch?: string; readonly [field: string]: unknown },
): Promise<Answered> {
  const answer = await fetch(`${url}${path}/override`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    },
    body: JSON.stringify({ ...ann, ...more }),
  });
  const problem = (await answer.json()) as Answered['problem']; // or an audit entry
  return { status: answer.status, problem };
}

async function tagOf({ url }: TestCollector, path: string): Promise<string> {
  const answer = await fetch(`${url}${path}`);
  await answer.arrayBuffer();
  return answer.headers.get('etag') ?? 'none';
}

test('of a hundred sets by one version at once, one wins', { timeout: 30_000 }, async () => {
  const collector = await start(scopeOfTest());
  for (let round = 0; round < 20; round++) {
    const ifMatch = await tagOf(collector, flag);
    expect(ifMatch).toBe(`"${round}"`);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        act(collector, ['PUT', flag], { ifMatch, value: index % 2 === 0, reason: `by ${index}` }),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 409)).toHaveLength(99);
    const winner = statuses.indexOf(200);
    const { override, desiredVersion } = await getJson<FlagAnswer>(`${collector.url}${flag}`);
    expect(override).toMatchObject({ value: winner % 2 === 0, reason: `by ${winner}` });
    expect(desiredVersion).toBe(round + 1);
  }
  const { items } = await getJson<ListAnswer<AuditEntry>>(`${collector.url}/api/v1/audit`);
  expect(items).toHaveLength(20);
});

describe('the version', () => {
  test('stands in what shows flags and breakers, not in the past', async () => {
    const collector = await start(scopeOfTest());
    await act(collector, ['PUT', flag], { value: false });
    for (const path of ['/api/v1/flags', flag, breaker, '/api/v1/resources/checkout/payments']) {
      expect(await tagOf(collector, path), path).toBe('"1"');
      const answer = await getJson<FlagAnswer | ResourceAnswer>(`${collector.url}${path}`);
      expect(answer.desiredVersion, path).toBe(1);
      expect(await tagOf(collector, `${path}?at=${startAt}`), path).toBe('none');
    }
    expect(await tagOf(collector, '/api/v1/resources')).toBe('none');
  });

  test("of another target is in nobody's way", async () => {
    const collector = await start(scopeOfTest());
    const ifMatch = await tagOf(collector, flag);
    await act(collector, ['PUT', breaker], { state: 'forced_open' });
    expect(await act(collector, ['PUT', flag], { ifMatch, value: false })).toMatchObject({ status: 200 });
  });

  test('says who changed what, when, and what is present', async () => {
    const collector = await start(scopeOfTest());
    await act(collector, ['PUT', flag], { value: false, by: 'bob' });
    await act(collector, ['PUT', breaker], { state: 'forced_open' });
    const { status, problem } = await act(collector, ['PUT', flag], { ifMatch: '"0"', value: true });
    expect(status).toBe(409);
    const when = new Date(startAt).toISOString();
    expect(problem.detail).toBe(
      `flag reviews was changed after version 0, at ${when} by bob: reviews set to off, was on; ` +
        'the version is 2 now',
    );
  });

  test('tells of a clear and a set that change nothing together', async () => {
    const collector = await start(scopeOfTest());
    await act(collector, ['PUT', flag], { value: false });
    const ifMatch = await tagOf(collector, flag);
    await act(collector, ['DELETE', flag], {});
    await act(collector, ['PUT', flag], { value: false });
    expect(await act(collector, ['DELETE', flag], { ifMatch })).toMatchObject({ status: 409 });
    const present = await tagOf(collector, flag);
    expect(await act(collector, ['DELETE', flag], { ifMatch: present })).toMatchObject({ status: 200 });
  });

  test('tells of an override that ended by itself', async () => {
    const collector = await start(scopeOfTest());
    await act(collector, ['PUT', flag], { value: false, forMs: 5_000 });
    const ifMatch = await tagOf(collector, flag);
    await collector.clock.advance(6_000);
    const { status, problem } = await act(collector, ['PUT', flag], { ifMatch, value: false });
    expect({ status, detail: problem.detail }).toMatchObject({
      status: 409,
      detail: expect.stringContaining('by holdfast: override of reviews expired') as string,
    });
  });

  test.each([
    [{}, { instance: 'a' }, 409],
    [{ instance: 'a' }, {}, 409],
    [{ instance: 'a' }, { instance: 'a' }, 409],
    [{ instance: 'a' }, { instance: 'b' }, 200],
  ])('of a hold on %j concerns one on %j: %i', async (first, second, status) => {
    const collector = await start(scopeOfTest());
    await act(collector, ['PUT', breaker], { state: 'forced_open', ...first });
    const late = await act(collector, ['PUT', breaker], { ifMatch: '"0"', state: 'disabled', ...second });
    expect(late.status).toBe(status);
  });

  test('of a release is heeded too', async () => {
    const collector = await start(scopeOfTest());
    await act(collector, ['PUT', breaker], { state: 'forced_open' });
    await act(collector, ['PUT', breaker], { state: 'disabled' });
    expect(await act(collector, ['DELETE', breaker], { ifMatch: '"1"' })).toMatchObject({ status: 409 });
    expect(await act(collector, ['DELETE', breaker], { ifMatch: '"2"' })).toMatchObject({ status: 200 });
  });

  test('holds beyond a restart of the collector', async () => {
    const scope = scopeOfTest();
    const collector = await start(scope);
    await act(collector, ['PUT', flag], { value: false });
    await collector.close();
    const next = await startTestCollector(scope, { dataDir: collector.dataDir, clock: collector.clock });
    expect(await act(next, ['PUT', flag], { ifMatch: '"0"', value: false })).toMatchObject({ status: 409 });
    expect(await act(next, ['PUT', flag], { ifMatch: '"1"', value: false })).toMatchObject({ status: 200 });
  });

  test('of before what is at hand, or yet to come, is refused', async () => {
    const collector = await start(scopeOfTest());
    const url = `${collector.url}${breaker}/override`;
    await Promise.all(
      Array.from({ length: 201 }, () => sendJson('PUT', url, { ...ann, state: 'forced_open' })),
    );
    const told = async (version: number): Promise<string> => {
      const { status, problem } = await act(collector, ['PUT', flag], {
        ifMatch: `"${version}"`,
        value: false,
      });
      return `${status} ${problem.detail ?? ''}`;
    };
    expect(await told(0)).toBe(
      '409 version 0 is too long ago to tell whether flag reviews was changed since; the version is 201 now',
    );
    expect(await told(202)).toBe('409 there has been no version 202 here: the version is 201 now');
    expect(await told(1)).toMatch(/^200/);
  });
});

test('a star wants an override to be there', async () => {
  const collector = await start(scopeOfTest());
  const wanted = { ifMatch: '*', value: true };
  expect(await act(collector, ['PUT', flag], wanted)).toMatchObject({
    status: 409,
    problem: { detail: 'flag reviews has no override, and If-Match: * wants that there is one' },
  });
  await act(collector, ['PUT', flag], { value: false });
  expect(await act(collector, ['PUT', flag], wanted)).toMatchObject({ status: 200 });
});

test.each(['17', '"x"', '""', '"1", "2"', '"-1"', 'W/1', '"99999999999999999999"'])(
  'If-Match: %s is refused with what would be right',
  async (ifMatch) => {
    const collector = await start(scopeOfTest());
    const { status, problem } = await act(collector, ['PUT', flag], { ifMatch, value: false });
    expect(status).toBe(400);
    expect(problem).toMatchObject({ field: 'If-Match' });
    expect(problem.detail).toContain('must be one version in quotes such as "17"');
    expect(problem.detail).toContain(`, got ${ifMatch}`);
    expect(await tagOf(collector, flag)).toBe('"0"');
  },
);

test('a tag that a proxy has weakened names the same version', async () => {
  const collector = await start(scopeOfTest());
  const { status } = await act(collector, ['PUT', flag], { ifMatch: 'W/"0"', value: false });
  expect(status).toBe(200);
});
