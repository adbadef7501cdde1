import { type AgentMessage, countIndex, readAgentMessage, wireLimits } from '@holdfast/shared';
import { FakeClock } from '@holdfast/agent/testing';
import { describe, expect, test } from 'vitest';
import { CollectorClock } from '../../../agent/src/stream/collector-clock.ts';
import { Outbox } from '../../../agent/src/stream/outbox.ts';
import { type Post, RequestSession } from '../../../agent/src/stream/request-session.ts';
import { Recorder } from '../../../agent/src/telemetry/recorder.ts';

const breaker = { kind: 'circuit_breaker', name: 'payments' } as const;
const greeting = { service: 'shop', instance: 'a', epoch: 'e', tags: {}, agentVersion: '1', startedAt: 1 };

interface Requests {
  readonly clock: FakeClock;
  readonly recorder: Recorder;
  readonly outbox: Outbox;
  readonly session: RequestSession;
  readonly faults: unknown[];
  /** The messages of each request. */
  readonly sent: AgentMessage[][];
  thawCount: number;
}

/** A session whose collector answers as `answer` says; by default it stores everything. */
function requests(answer?: (sent: readonly AgentMessage[]) => object | Promise<object>): Requests {
  const clock = new FakeClock(1_700_000_000_000);
  const faults: unknown[] = [];
  const sent: AgentMessage[][] = [];
  const internalError = (error: unknown): void => void faults.push(error);
  const recorder = new Recorder({ clock, maxBytes: 2 ** 21, internalError });
  const outbox = new Outbox({ recorder, clock, maxBytes: 2 ** 21 });
  const collectorClock = new CollectorClock(clock);
  const kept = {};
  const post: Post = async (body, signal) => {
    const messages = Buffer.from(body).toString('utf8').trim().split('\n').map(parsed);
    sent.push(messages);
    const aborted = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
    const given = await Promise.race([Promise.resolve(answer?.(messages) ?? {}), aborted]);
    const text = JSON.stringify({ ...storedAll(messages, outbox), now: clock.now(), ...given });
    return { status: 200, text };
  };
  const parts: Requests = {
    clock,
    recorder,
    outbox,
    faults,
    sent,
    thawCount: 0,
    session: new RequestSession({
      clock,
      recorder,
      outbox,
      collectorClock,
      post,
      internalError,
      kept,
      greet: () => ({ ...greeting, ...kept, desiredVersion: 0 }),
      apply: ({ version }) => ({ type: 'applied', version, problems: [] }),
      startOver: (refusedCount) => outbox.startOver(refusedCount),
      thawed: () => void parts.thawCount++,
    }),
  };
  return parts;
}

function parsed(line: string): AgentMessage {
  const message = readAgentMessage(line);
  if (!message.ok) throw new Error(message.problem);
  return message.value;
}

function storedAll(messages: readonly AgentMessage[], { next }: Outbox): object {
  const introduced = messages.flatMap((message) => {
    if (message.type === 'dictionary') return [message.from + message.add.length];
    if (message.type !== 'batch' || message.dictionary === undefined) return [];
    return [message.dictionary.from + message.dictionary.add.length];
  });
  const { batchBytes, windowBatches } = wireLimits;
  const limits = { batchBytes, windowBatches };
  return { stored: next - 1, dictionarySize: Math.max(0, ...introduced), limits, problems: [] };
}

const kinds = (messages: readonly AgentMessage[] = []): string[] => messages.map(({ type }) => type);

describe('requests', () => {
  test('leave only when they are asked for', async () => {
    const { session, clock, recorder, sent } = requests();
    session.start();
    recorder.meter(breaker).count(countIndex.success);
    await clock.advance(60_000);
    expect(sent).toEqual([]);
    await session.flush(1_000);
    expect(sent.map(kinds)).toEqual([['hello', 'batch']]);
    expect(sent[0]?.[1]).toMatchObject({ seq: 1, levels: { complete: true } });
  });

  test('carry what could not be sent before, once each', async () => {
    let isDown = true;
    const { session, recorder, outbox, sent } = requests(() => {
      if (isDown) throw new Error('nobody is there');
      return {};
    });
    recorder.meter(breaker).count(countIndex.success);
    await session.flush(1_000);
    expect(session).toMatchObject({ state: 'waiting', problem: 'nobody is there' });
    expect(outbox.unackedCount).toBe(1);
    isDown = false;
    recorder.meter(breaker).count(countIndex.success);
    await session.flush(1_000);
    expect(sent.map(kinds)).toEqual([
      ['hello', 'batch'],
      ['hello', 'batch', 'batch'],
    ]);
    expect(sent[1]?.[1]).toEqual(sent[0]?.[1]);
    expect(session).toMatchObject({ state: 'live', problem: undefined });
    expect(outbox.isPending).toBe(false);
  });

  test('end at their deadline, one after the other', async () => {
    const { session, clock, sent } = requests(() => new Promise<object>(() => {}));
    const flushed = [session.flush(500), session.flush(800)];
    await clock.advance(500);
    await flushed[0];
    expect(session.problem).toBe('no answer within 500 ms');
    await clock.advance(300);
    await flushed[1];
    expect(sent).toHaveLength(2);
  });

  test.each<[name: string, answer: object]>([
    ['no answer of a collector', { stored: 'all' }],
    ['what was never sent', { stored: 99 }],
  ])('%s is not believed', async (_name, answer) => {
    const { session, recorder, outbox } = requests(() => answer);
    recorder.meter(breaker).count(countIndex.success);
    await session.flush(1_000);
    expect(session.problem).toContain('the collector answered 200');
    expect(outbox.unackedCount).toBe(1);
  });

  test('count a batch that the collector refused, and go on', async () => {
    const { session, recorder, faults } = requests(() => ({ problems: [{ seq: 1, problem: 'no' }] }));
    recorder.meter(breaker).count(countIndex.success);
    await session.flush(1_000);
    expect(recorder.drops.take()?.counts).toEqual({ 'batch/refused': 1, 'call/refused': 1 });
    expect(faults).toEqual([new Error('the collector refused: no')]);
  });

  test('say good-bye with what is left', async () => {
    const { session, recorder, sent } = requests();
    recorder.meter(breaker).count(countIndex.success);
    await session.close(1_000);
    expect(sent.map(kinds)).toEqual([['hello', 'batch', 'bye']]);
    await session.flush(1_000);
    expect(sent).toHaveLength(1);
  });

  test('report with the next one what was applied', async () => {
    const desired = { version: 3, flags: [], breakers: [] };
    const { session, clock, sent } = requests((messages) => (messages.length > 2 ? {} : { desired }));
    await session.flush(1_000);
    await clock.advance(1_000);
    await session.flush(1_000);
    expect(kinds(sent[1])).toEqual(['hello', 'applied']);
    expect(sent[1]?.[1]).toEqual({ type: 'applied', version: 3, problems: [] });
  });
});

describe('a process that stood still', () => {
  test('tells everything anew when it thaws', async () => {
    const { session, clock, recorder, sent } = requests();
    recorder.meter(breaker).count(countIndex.success);
    await session.flush(1_000);
    await clock.advance(600_000);
    recorder.meter(breaker).count(countIndex.success);
    await session.flush(1_000);
    expect(kinds(sent[1])).toEqual(['hello', 'dictionary', 'batch']);
    expect(sent[1]?.[2]).toMatchObject({ seq: 2, levels: { complete: true } });
  });

  test('looks again at what people asked for, and only then', async () => {
    const parts = requests();
    await parts.session.flush(1_000);
    await parts.clock.advance(10_000);
    await parts.session.flush(1_000);
    expect(parts.thawCount).toBe(1);
    await parts.clock.advance(31_000);
    await parts.session.flush(1_000);
    expect(parts.thawCount).toBe(2);
  });

  test('introduces again what the collector has forgotten meanwhile', async () => {
    let isForgotten = false;
    const { session, recorder, sent, outbox, faults } = requests((messages) => {
      if (!isForgotten || kinds(messages).includes('dictionary')) return {};
      return { stored: 1, dictionarySize: 0, problems: [{ problem: 'resource 0 was never introduced' }] };
    });
    recorder.meter(breaker).count(countIndex.success);
    await session.flush(1_000);
    isForgotten = true;
    recorder.meter(breaker).count(countIndex.success);
    await session.flush(1_000);
    expect(sent.map(kinds).slice(1)).toEqual([
      ['hello', 'batch'],
      ['hello', 'dictionary', 'batch'],
    ]);
    expect(outbox.isPending).toBe(false);
    expect(faults).toEqual([]);
  });
});
