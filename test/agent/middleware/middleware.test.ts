import { type Agent, createAgent, type MiddlewareOptions } from '@holdfast/agent';
import { MemoryCollector } from '@holdfast/agent/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { waitFor } from '../../support/wait-for.ts';
import { frameworks, type ServerUnderTest } from './servers.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const opened of open.splice(0)) await opened.close();
});

interface Site extends ServerUnderTest {
  readonly agent: Agent;
  readonly collector: MemoryCollector;
  /** Faults of the agent. */
  readonly faults: unknown[];
  /** Ends a request of `/users/slow`. */
  release(): void;
  /** Requests that are with the handler. */
  underWay(): number;
}

async function start(name: string, make: (agent: Agent) => MiddlewareOptions = () => ({})): Promise<Site> {
  const collector = new MemoryCollector();
  const faults: unknown[] = [];
  const agent = createAgent({ service: 'users', collector, onInternalError: (fault) => faults.push(fault) });
  const waiting: (() => void)[] = [];
  const handlers = {
    user: async (id: string) => {
      if (id === 'none') throw new Error(`no user ${id}`);
      if (id === 'broken') await new Promise((_, reject) => waiting.push(() => reject(new TypeError('bug'))));
      if (id === 'cut')
        await new Promise((_, reject) =>
          waiting.push(() => reject(Object.assign(new Error('cut'), { code: 'ECONNRESET' }))),
        );
      if (id === 'slow') await new Promise<void>((resolve) => waiting.push(resolve));
      return { id };
    },
    bad: () => {
      throw Object.assign(new Error('what?'), { status: 400, statusCode: 400 });
    },
  };
  const framework = frameworks[name];
  if (framework === undefined) throw new Error(`no ${name}`);
  const server = await framework({ agent, options: make(agent), handlers });
  open.push(server, agent);
  const release = (): void => waiting.splice(0).forEach((end) => end());
  return { ...server, agent, collector, faults, release, underWay: () => waiting.length };
}

/** What the agent has reported of errors that no pipeline saw. */
async function reported({ agent, collector }: Site): Promise<object> {
  await agent.close();
  const samples = collector.events.flatMap((event) =>
    event.kind === 'error.sampled' ? [{ operation: event.operation, message: event.error.message }] : [],
  );
  return { samples, totals: collector.totals('agent', 'reported errors') };
}

describe.each(Object.keys(frameworks))('%s', (name) => {
  test('serves as without it', async () => {
    const { url } = await start(name);
    const answer = await fetch(`${url}/users/7`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ id: '7' });
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
  });

  test('answers health probes', async () => {
    const { url, agent } = await start(name);
    agent.healthCheck('disk', () => 'down');
    for (const path of ['livez', 'startupz']) expect((await fetch(`${url}/${path}`)).status).toBe(200);
    const ready = await fetch(`${url}/readyz?verbose`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ status: 'fail', failing: ['disk'] });
    const health = await fetch(`${url}/health`);
    expect(health.headers.get('content-type')).toBe('application/health+json');
  });

  test('leaves health to the service where it is asked to', async () => {
    const { url } = await start(name, () => ({ health: false }));
    expect((await fetch(`${url}/livez`)).status).toBe(404);
  });

  test('reports an error with its route, and leaves the answer alone', async () => {
    const site = await start(name);
    const answer = await fetch(`${site.url}/users/none`);
    expect(answer.status).toBe(500);
    expect(await reported(site)).toEqual({
      samples: [{ operation: 'GET /users/:id', message: 'no user none' }],
      totals: { class_unknown: 1 },
    });
  });

  test("counts what the caller did wrong as the caller's", async () => {
    const site = await start(name);
    expect((await fetch(`${site.url}/bad`)).status).toBe(400);
    expect(await reported(site)).toMatchObject({ totals: { class_caller: 1 } });
  });

  test('turns away what has no room, and not health', async () => {
    const site = await start(name, (agent) => ({ shed: agent.bulkhead('http', { maxConcurrentCalls: 1 }) }));
    const first = fetch(`${site.url}/users/slow`);
    await waitFor(() => site.underWay() === 1, { what: 'the request' });
    const second = await fetch(`${site.url}/users/7`);
    expect(second.status).toBe(503);
    expect(second.headers.get('retry-after')).toBe('1');
    expect(await second.json()).toEqual({ error: 'too busy at present', code: 'HOLDFAST_BULKHEAD_FULL' });
    expect((await fetch(`${site.url}/livez`)).status).toBe(200);
    site.release();
    expect((await first).status).toBe(200);
    expect((await fetch(`${site.url}/users/7`)).status).toBe(200);
    await site.agent.close();
    expect(site.collector.totals('bulkhead', 'http')).toMatchObject({ success: 2, rejected: 1 });
  });

  test('makes a load shedder of the options of one', async () => {
    const site = await start(name, () => ({ shed: { concurrency: { limit: 1 } } }));
    const first = fetch(`${site.url}/users/slow`);
    await waitFor(() => site.underWay() === 1, { what: 'the request' });
    const second = await fetch(`${site.url}/users/7`);
    expect(second.status).toBe(503);
    expect(await second.json()).toMatchObject({ code: 'HOLDFAST_LOAD_SHED' });
    site.release();
    expect((await first).status).toBe(200);
    await site.agent.close();
    expect(site.collector.totals('load_shedder', 'http')).toMatchObject({ success: 1, rejected: 1 });
  });

  test('answers 429 for a rate limiter, and when to come again', async () => {
    const { url } = await start(name, (agent) => ({
      shed: agent.rateLimiter('http', { limit: 1, perMs: 5_000 }),
      call: ({ headers }) => ({ key: headers['x-tenant']?.toString() ?? '' }),
    }));
    const ask = (tenant: string): Promise<Response> =>
      fetch(`${url}/users/7`, { headers: { 'x-tenant': tenant } });
    expect((await ask('acme')).status).toBe(200);
    const second = await ask('acme');
    expect(second.status).toBe(429);
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(3);
    expect(await second.json()).toEqual({ error: 'too many requests', code: 'HOLDFAST_RATE_LIMITED' });
    expect((await ask('blue')).status).toBe(200);
  });

  test('counts a request whose handler failed as failed, and its error once', async () => {
    const site = await start(name, (agent) => ({ shed: agent.bulkhead('http', { maxConcurrentCalls: 9 }) }));
    await fetch(`${site.url}/users/none`);
    await fetch(`${site.url}/bad`);
    expect(await reported(site)).toMatchObject({ totals: { class_unknown: 1, class_caller: 1 } });
    expect(site.collector.totals('bulkhead', 'http')).toEqual({ failure: 1, success: 1 });
  });

  test('counts a client that went away as cancelled', async () => {
    const site = await start(name, (agent) => ({ shed: agent.bulkhead('http', { maxConcurrentCalls: 1 }) }));
    const client = new AbortController();
    const request = fetch(`${site.url}/users/cut`, { signal: client.signal });
    await waitFor(() => site.underWay() === 1, { what: 'the request' });
    client.abort();
    await request.catch(() => undefined);
    await waitFor(async () => (await fetch(`${site.url}/users/7`)).ok, { what: 'its slot to be free again' });
    site.release();
    const told = (): unknown => site.collector.totals('agent', 'reported errors').class_cancelled;
    await waitFor(() => told() === 1, { what: 'the report' });
    expect(await reported(site)).toEqual({ samples: [], totals: { class_cancelled: 1 } });
    expect(site.collector.totals('bulkhead', 'http')).toMatchObject({ cancelled: 1, success: 1 });
  });

  test('reports a bug also where the client went away', async () => {
    const site = await start(name, (agent) => ({ shed: agent.bulkhead('http', { maxConcurrentCalls: 1 }) }));
    const client = new AbortController();
    const request = fetch(`${site.url}/users/broken`, { signal: client.signal });
    await waitFor(() => site.underWay() === 1, { what: 'the request' });
    client.abort();
    await request.catch(() => undefined);
    await waitFor(async () => (await fetch(`${site.url}/users/7`)).ok, { what: 'its slot to be free again' });
    site.release();
    const told = (): boolean => site.collector.events.some(({ kind }) => kind === 'error.sampled');
    await waitFor(told, { what: 'the report' });
    expect(await reported(site)).toMatchObject({ samples: [{ message: 'bug' }] });
  });

  test('hands the priority and key of a request to what sheds', async () => {
    const seen: unknown[] = [];
    const { url } = await start(name, (agent) => {
      const inner = agent.bulkhead('http', { maxConcurrentCalls: 1 });
      const shed: typeof inner = {
        ...inner,
        execute: (fn, options) => {
          seen.push(options?.priority, options?.key);
          return inner.execute(fn, options);
        },
      };
      return {
        shed,
        call: ({ headers }) => ({ priority: 'high', key: headers['x-tenant']?.toString() ?? '' }),
      };
    });
    await fetch(`${url}/users/7`, { headers: { 'x-tenant': 'acme' } });
    expect(seen).toEqual(['high', 'acme']);
  });

  test('serves on where `call` throws', async () => {
    const { url, faults } = await start(name, (agent) => ({
      shed: agent.bulkhead('http', { maxConcurrentCalls: 1 }),
      call: () => {
        throw new Error('hook');
      },
    }));
    expect((await fetch(`${url}/users/7`)).status).toBe(200);
    expect(faults).toEqual([new Error('hook')]);
  });

  test('serves on where `call` answers no priority', async () => {
    const { url, faults } = await start(name, (agent) => ({
      shed: agent.bulkhead('http', { maxConcurrentCalls: 1 }),
      call: () => ({ priority: 'hgih' as 'high' }),
    }));
    expect((await fetch(`${url}/users/7`)).status).toBe(200);
    expect(String(faults)).toContain('`priority` must be one of');
  });
});

test.each(['express', 'fastify', 'koa', 'nest'] as const)('%s refuses options that are wrong', (name) => {
  const agent = createAgent({ service: 'users', collector: false });
  const make = (options: object) => () => agent[name](options);
  expect(make({ shet: {} })).toThrow('`shet` is not an option; did you mean `shed`?');
  expect(make({ health: 'yes' })).toThrow('`health` must be true or false, got "yes"');
  expect(make({ call: 'high' })).toThrow('`call` must be a function, got "high"');
  expect(make({ shed: true })).toThrow('`shed` must be options of a load shedder or a primitive, got true');
  expect(make({ shed: { limit: 1 } })).toThrow('`limit` is not an option');
});
