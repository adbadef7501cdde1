import { agentCheck, breakerCheck } from '@holdfast/agent/checks';
import { FakeClock } from '@holdfast/agent/testing';
import { describe, expect, test } from 'vitest';
import { freePort } from '../../support/ports.ts';
import { createTestAgent } from '../support/agent.ts';
import { ask, serve } from './support/probing.ts';

describe('a check of a breaker', () => {
  test.each([
    ['closed', 'up'],
    ['disabled', 'up'],
    ['metrics_only', 'up'],
    ['half_open', { status: 'degraded', message: 'circuit breaker db is half open' }],
    ['open', { status: 'degraded', message: 'circuit breaker db is open' }],
    ['forced_open', { status: 'degraded', message: 'circuit breaker db is forced open' }],
  ] as const)('that is %s', async (initialState, expected) => {
    const { agent } = await createTestAgent();
    expect(await ask(breakerCheck(agent.circuitBreaker('db', { initialState })))).toEqual(expected);
  });

  test('is down where nothing works without it', async () => {
    const { agent } = await createTestAgent();
    const probe = breakerCheck(agent.circuitBreaker('db', { initialState: 'open' }), { whenOpen: 'down' });
    expect(await ask(probe)).toMatchObject({ status: 'down' });
  });

  test('refuses what is no breaker', () => {
    expect(() => breakerCheck(undefined as never)).toThrow(
      '`breakerCheck breaker` must be a circuit breaker',
    );
  });
});

describe('a check of another agent', () => {
  test('sees it up, degraded, not ready and draining', async () => {
    const { agent } = await createTestAgent();
    let db: 'up' | 'down' = 'up';
    let cache: 'up' | 'down' = 'up';
    agent.healthCheck('db', () => db);
    agent.healthCheck('cache', () => cache, { critical: false });
    const handler = agent.healthHandler();
    const probe = agentCheck(await serve((request, response) => handler(request, response)));
    expect(await ask(probe)).toBe('up');
    cache = 'down';
    await agent.health({ fresh: true });
    expect(await ask(probe)).toEqual({ status: 'degraded', message: 'not up: cache' });
    db = 'down';
    await agent.health({ fresh: true });
    expect(await ask(probe)).toEqual({ status: 'degraded', message: 'not up: db, cache' });
    agent.drain();
    expect(await ask(probe)).toEqual({ status: 'degraded', message: 'it is draining' });
  });

  test('is down only where it is critical', async () => {
    const url = await serve((_request, response) => response.writeHead(503).end('<html>'));
    expect(await ask(agentCheck(url))).toEqual({ status: 'degraded', message: 'answered 503' });
    expect(await ask(agentCheck(url, { critical: true }))).toEqual({
      status: 'down',
      message: 'answered 503',
    });
    const port = await freePort();
    const message = `connect ECONNREFUSED 127.0.0.1:${port}`;
    const gone = `http://127.0.0.1:${port}`;
    expect(await ask(agentCheck(gone))).toEqual({ status: 'degraded', message });
    expect(await ask(agentCheck(gone, { critical: true }))).toEqual({ status: 'down', message });
  });

  test('gives up by itself before a health check would', async () => {
    const clock = new FakeClock();
    const url = await serve(() => void clock.advance(1_500));
    expect(await ask(agentCheck(url, { clock }))).toEqual({
      status: 'degraded',
      message: 'no answer within 1500 ms',
    });
  });

  test('asks its own path with headers, and reads no long bodies', async () => {
    let seen: unknown;
    const url = await serve((request, response) => {
      seen = [request.url, request.headers['x-key']];
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ status: 'fail', text: 'x'.repeat(100_000) }));
    });
    expect(await ask(agentCheck(`${url}/internal/ready`, { headers: { 'x-key': '1' } }))).toBe('up');
    expect(seen).toEqual(['/internal/ready', '1']);
  });

  test('ends when its signal aborts', async () => {
    const controller = new AbortController();
    const url = await serve(() => controller.abort(new Error('too late')));
    expect(await ask(agentCheck(url), controller.signal)).toEqual({
      status: 'degraded',
      message: 'too late',
    });
  });

  test('works as a health check of an agent', async () => {
    const { agent } = await createTestAgent();
    const url = await serve((_request, response) => response.end());
    agent.healthCheck('users', agentCheck(url), { critical: false });
    expect(await agent.health()).toMatchObject({ status: 'up', checks: [{ name: 'users', status: 'up' }] });
  });
});
