import { EventEmitter } from 'node:events';
import { FakeClock } from '@holdfast/agent/testing';
import { expect, onTestFinished, test } from 'vitest';
import { type DrainOptions, drainOn } from '../../../agent/src/health/draining.ts';
import { createTestAgent } from '../support/agent.ts';

/** What stands for the process, and what was done, in order. */
function createHost(options: DrainOptions = {}) {
  const clock = new FakeClock();
  const done: unknown[] = [];
  const host = Object.assign(new EventEmitter(), {
    pid: 7,
    kill: (pid: number, signal?: string | number) => done.push(`kill ${pid} ${signal}`) > 0,
  });
  const stop = drainOn('SIGTERM', options, {
    clock,
    host: host as never,
    drain: () => done.push('drain'),
    closeAgent: async () => void done.push('close agent'),
    internalError: (error) => done.push(error),
  });
  return { clock, host, done, stop };
}

test('drains, waits, closes, and lets the signal end the process', async () => {
  const { clock, host, done } = createHost({
    afterMs: 1_000,
    close: async () => void done.push('close server'),
  });
  host.emit('SIGTERM');
  expect(done).toEqual(['drain']);
  await clock.advance(999);
  expect(done).toEqual(['drain']);
  await clock.advance(1);
  expect(done).toEqual(['drain', 'close server', 'close agent', 'kill 7 SIGTERM']);
});

test('waits five seconds unless told otherwise', async () => {
  const { clock, host, done } = createHost();
  host.emit('SIGTERM');
  await clock.advance(4_999);
  expect(done).toEqual(['drain']);
  await clock.advance(1);
  expect(done).toEqual(['drain', 'close agent', 'kill 7 SIGTERM']);
});

test('leaves the end to a host that listens for the signal', async () => {
  const { clock, host, done } = createHost({ close: () => done.push('close server') });
  host.on('SIGTERM', () => done.push('host'));
  host.emit('SIGTERM');
  await clock.advance(60_000);
  expect(done).toEqual(['drain', 'host', 'close server']);
});

test('ends all the same where `close` fails', async () => {
  const error = new Error('no');
  const { clock, host, done } = createHost({ close: () => Promise.reject(error) });
  host.emit('SIGTERM');
  await clock.advance(60_000);
  expect(done).toEqual(['drain', error, 'close agent', 'kill 7 SIGTERM']);
});

test('leaves a second signal to whoever else listens', () => {
  const { host } = createHost();
  host.emit('SIGTERM');
  expect(host.listenerCount('SIGTERM')).toBe(0);
});

test('listens no more when it is taken back', () => {
  const { host, done, stop } = createHost();
  stop();
  host.emit('SIGTERM');
  expect(done).toEqual([]);
});

test('drains an agent on a signal of its process', async () => {
  const { agent, clock } = await createTestAgent();
  const count = process.listenerCount('SIGUSR2');
  expect(process.listenerCount('SIGTERM')).toBe(0);
  process.on('SIGUSR2', ignore);
  onTestFinished(() => void process.off('SIGUSR2', ignore));
  const stop = agent.drainOn('SIGUSR2');
  onTestFinished(stop);
  expect((await agent.health()).isDraining).toBe(false);
  process.emit('SIGUSR2');
  expect((await agent.health()).isDraining).toBe(true);
  await clock.advance(5_000);
  expect(process.listenerCount('SIGUSR2')).toBe(count + 1);
});

test('refuses bad options', () => {
  expect(() => createHost({ afterMs: -1 })).toThrow('`afterMs` must be between 0');
  expect(() => createHost({ close: 'server' as never })).toThrow('`close` must be a function');
  expect(() => createHost({ onClose: () => {} } as never)).toThrow('did you mean `close`?');
});

function ignore(): void {}
