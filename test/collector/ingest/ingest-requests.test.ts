import type { FleetEvent, IngestAnswer, ListAnswer, Problem, ResourceAnswer } from '@holdfast/shared';
import { wireLimits } from '@holdfast/shared';
import { describe, expect, test } from 'vitest';
import { getJson, sendJson } from '../../support/http.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';
import { bearer, makeTokenAt, masterToken } from '../support/tokens.ts';
import { startTestCollector, type TestCollector } from '../support/start-collector.ts';
import {
  batchWith,
  flagLevels,
  helloWith,
  openedEvent,
  rollupsOf,
  startAt,
  WireAgent,
} from '../support/wire-agent.ts';

interface Sent {
  readonly lines: readonly (object | string)[];
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function post({ url }: TestCollector, { lines, type, headers }: Sent): Promise<Response> {
  return fetch(`${url}/api/v1/ingest`, {
    method: 'POST',
    headers: { 'content-type': type ?? 'application/x-ndjson', ...headers },
    body: lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  });
}

async function send(collector: TestCollector, ...lines: readonly (object | string)[]): Promise<IngestAnswer> {
  const answer = await post(collector, { lines });
  expect(answer.status).toBe(200);
  return (await answer.json()) as IngestAnswer;
}

async function refusal(collector: TestCollector, sent: Sent): Promise<Pick<Problem, 'status' | 'detail'>> {
  const { status, detail } = (await (await post(collector, sent)).json()) as Problem;
  return { status, detail };
}

async function successes({ url }: TestCollector): Promise<number | undefined> {
  const path = 'api/v1/resources/checkout/circuit_breaker/payments';
  return (await getJson<ResourceAnswer>(`${url}/${path}`)).totals.success;
}

async function eventKinds({ url }: TestCollector): Promise<string[]> {
  const { items } = await getJson<ListAnswer<FleetEvent>>(`${url}/api/v1/events`);
  return items.map((item) => item.event.kind);
}

const calls = rollupsOf({ success: 3 });

describe('a request with batches', () => {
  test('is answered once they are stored and shown', async () => {
    const collector = await startTestCollector(scopeOfTest());
    const batches = [batchWith(1, { events: [openedEvent()] }), batchWith(2, calls)];
    const answer = await send(collector, helloWith({ next: 3 }), ...batches);
    expect(answer).toMatchObject({ stored: 2, dictionarySize: 1, now: startAt, problems: [] });
    expect(answer.limits).toEqual({ batchBytes: wireLimits.batchBytes, windowBatches: 8 });
    expect(await successes(collector)).toBe(3);
    expect(await eventKinds(collector)).toContain('circuit_breaker.opened');
  });

  test('counts each batch once however often it comes', async () => {
    const collector = await startTestCollector(scopeOfTest());
    const again = [helloWith({ next: 2 }), batchWith(1, calls)];
    const answers = await Promise.all([1, 2, 3].map(() => send(collector, ...again)));
    expect(answers.map(({ stored }) => stored)).toEqual([1, 1, 1]);
    expect(await successes(collector)).toBe(3);
  });

  test('tells what is lost where batches can no longer come', async () => {
    const collector = await startTestCollector(scopeOfTest());
    const { stored } = await send(collector, helloWith({ first: 4, next: 5 }), batchWith(4));
    expect(stored).toBe(4);
    expect(await eventKinds(collector)).toContain('agent.gap');
  });

  test('stops at a gap and says so', async () => {
    const collector = await startTestCollector(scopeOfTest());
    const lines = [batchWith(1, calls), batchWith(3, calls), batchWith(4, calls)];
    const { stored, problems } = await send(collector, helloWith({ next: 5 }), ...lines);
    expect(stored).toBe(1);
    expect(problems).toEqual([{ problem: 'batch 3 came before batch 2' }]);
    expect(await successes(collector)).toBe(3);
  });

  test('introduces again what the collector has forgotten', async () => {
    const collector = await startTestCollector(scopeOfTest());
    const hello = helloWith({ first: 7, next: 8 });
    const stranger = batchWith(7, calls);
    const refused = await send(collector, hello, stranger);
    expect(refused).toMatchObject({ stored: 6, dictionarySize: 0 });
    expect(refused.problems).toEqual([{ problem: 'resource 0 was never introduced' }]);
    const add = [{ kind: 'circuit_breaker', name: 'payments' }];
    const taken = await send(collector, hello, { type: 'dictionary', from: 0, add }, stranger);
    expect(taken).toMatchObject({ stored: 7, dictionarySize: 1, problems: [] });
    expect(await successes(collector)).toBe(3);
  });

  test('goes on behind what cannot be read, and counts it', async () => {
    const collector = await startTestCollector(scopeOfTest());
    const wrong = { ...batchWith(2), events: 'none' };
    const lines = [batchWith(1, calls), wrong, 'no JSON', batchWith(3, calls)];
    const { stored, problems } = await send(collector, helloWith({ next: 4 }), ...lines);
    expect(stored).toBe(3);
    expect(problems).toEqual([
      { seq: 2, problem: 'frame.events must be an array, got "none"' },
      { problem: 'frame is not JSON' },
    ]);
    expect((await eventKinds(collector)).filter((kind) => kind === 'agent.refused')).toHaveLength(2);
  });

  test('brings what people want, once for each version', async () => {
    const collector = await startTestCollector(scopeOfTest());
    const asked = { value: false, by: 'ada', via: 'api', reason: 'a test' };
    await send(collector, helloWith({ next: 2 }), batchWith(1, flagLevels(true)));
    await sendJson('PUT', `${collector.url}/api/v1/flags/reviews/override`, asked);
    const { desired } = await send(collector, helloWith({ first: 2, next: 2 }));
    expect(desired?.flags).toEqual([expect.objectContaining({ key: 'reviews', value: false })]);
    const { version = 0 } = desired ?? {};
    const again = await send(collector, helloWith({ first: 2, next: 2, desiredVersion: version }));
    expect(again.desired).toBeUndefined();
  });
});

describe('the sender of requests', () => {
  test('is shown as connected once, and as gone after five silent minutes', async () => {
    const collector = await startTestCollector(scopeOfTest());
    await send(collector, helloWith({ next: 2 }), batchWith(1));
    await collector.clock.advance(290_000);
    await send(collector, helloWith({ first: 2, next: 3 }), batchWith(2));
    await collector.clock.advance(299_000);
    expect(await eventKinds(collector)).toEqual(['agent.connected']);
    await collector.clock.advance(3_000);
    await waitFor(async () => (await eventKinds(collector))[0] === 'agent.stopped', { what: 'its end' });
  });

  test('is gone at once when it says good-bye', async () => {
    const collector = await startTestCollector(scopeOfTest());
    await send(collector, helloWith({ next: 2 }), batchWith(1), { type: 'bye', last: 1 });
    expect(await eventKinds(collector)).toEqual(['agent.stopped', 'agent.connected']);
  });

  test('takes the place of its own connection', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const connected = await WireAgent.introduce(scope, collector.url);
    await send(collector, helloWith({ next: 2 }), batchWith(1));
    expect(await connected.waitForClose()).toMatchObject({ code: 4400 });
  });
});

describe('a request that is refused', () => {
  const hello = helloWith({ next: 2 });

  test.each<[name: string, sent: Sent, answer: object]>([
    ['nothing', { lines: [] }, { status: 400, detail: 'the first line must be a hello' }],
    ['no hello', { lines: [batchWith(1)] }, { status: 400, detail: 'the first line must be a hello' }],
    [
      'a hello without a service',
      { lines: [{ ...hello, service: '' }] },
      { status: 400, detail: expect.stringContaining('line 1: frame.service must be') as string },
    ],
    [
      'another type',
      { lines: [hello], type: 'text/plain' },
      { status: 415, detail: 'content-type must be application/x-ndjson, got text/plain' },
    ],
    [
      'too much',
      { lines: [hello, 'x'.repeat(9 * wireLimits.batchBytes)] },
      { status: 413, detail: 'the body must be at most 2359296 bytes' },
    ],
    [
      'a page of another site',
      { lines: [hello], headers: { origin: 'https://example.org' } },
      { status: 403, detail: 'Origin https://example.org is not allowed' },
    ],
  ])('%s: says why and stores nothing', async (_name, sent, answer) => {
    const collector = await startTestCollector(scopeOfTest());
    expect(await refusal(collector, sent)).toEqual(answer);
    expect(await eventKinds(collector)).toEqual([]);
  });

  test('a token for another service: says so', async () => {
    const collector = await startTestCollector(scopeOfTest(), { token: masterToken });
    const { token } = await makeTokenAt(collector.url, { scope: 'ingest', services: 'other-*' });
    const sent = { lines: [hello, batchWith(1)], headers: bearer(token) };
    const detail = 'the token is for the services other-*, not for the service checkout';
    expect(await refusal(collector, sent)).toEqual({ status: 403, detail });
    const own = helloWith({ service: 'other-one', next: 2 });
    expect((await post(collector, { ...sent, lines: [own, batchWith(1)] })).status).toBe(200);
  });

  test('an epoch whose numbers are taken is to be drawn anew', async () => {
    const collector = await startTestCollector(scopeOfTest());
    await send(collector, hello, batchWith(1));
    const problem = 'batch 1 of this epoch is stored, next cannot be 1: draw a new epoch';
    const answer = { status: 409, detail: problem };
    expect(await refusal(collector, { lines: [helloWith({ next: 1 })] })).toEqual(answer);
  });
});

describe('what a run has left', () => {
  const past = { past: true, next: 3 };

  test('is stored, and the run is lost after it', async () => {
    const collector = await startTestCollector(scopeOfTest());
    const batches = [batchWith(1, { events: [openedEvent()] }), batchWith(2, calls)];
    expect((await send(collector, helloWith(past))).stored).toBe(0);
    expect((await send(collector, helloWith(past), ...batches)).stored).toBe(2);
    expect(await successes(collector)).toBe(3);
    expect(await eventKinds(collector)).toEqual(
      expect.arrayContaining(['agent.connected', 'circuit_breaker.opened', 'agent.lost']),
    );
  });

  test('is told once: what is stored stays as it is', async () => {
    const collector = await startTestCollector(scopeOfTest());
    await send(collector, helloWith(past), batchWith(1), batchWith(2), { type: 'bye', last: 2 });
    const before = await eventKinds(collector);
    expect((await send(collector, helloWith(past))).stored).toBe(2);
    expect((await send(collector, helloWith({ past: true, first: 1, next: 2 }))).stored).toBe(2);
    expect(await eventKinds(collector)).toEqual(before);
  });

  test('waits while the run itself is connected', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const living = await WireAgent.introduce(scope, collector.url);
    expect(await refusal(collector, { lines: [helloWith(past), batchWith(1)] })).toMatchObject({
      status: 409,
    });
    living.send(batchWith(1));
    await living.acknowledged(1);
    living.terminate();
    const stored = async (): Promise<number> => {
      const answer = await post(collector, { lines: [helloWith(past), batchWith(1), batchWith(2)] });
      return answer.status === 200 ? ((await answer.json()) as IngestAnswer).stored : 0;
    };
    await waitFor(async () => (await stored()) === 2, { what: 'the end of the connection' });
  });

  test('waits while a later run of the instance is there', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const later = await WireAgent.introduce(scope, collector.url, { epoch: 'second' });
    expect(await refusal(collector, { lines: [helloWith(past)] })).toEqual({
      status: 409,
      detail: 'this run or a later one of the instance is connected',
    });
    expect(later.closed).toBeUndefined();
    await send(collector, helloWith({ instance: 'b', epoch: 'second' }));
    expect(await refusal(collector, { lines: [helloWith({ ...past, instance: 'b' })] })).toMatchObject({
      status: 409,
    });
  });
});
