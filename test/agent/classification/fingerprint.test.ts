import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createAgent } from '@holdfast/agent';
import { createTestAgent } from '../support/agent.ts';

const agent = createAgent({ service: 'shop', collector: false });

function fingerprint(error: unknown): string {
  return agent.classify(error).fingerprint;
}

function placeOrder(message: string): Error {
  return new Error(message);
}

function refund(message: string): Error {
  return new Error(message);
}

/** An error with a stack of our own. */
function stacked(...frames: string[]): Error {
  const error = new Error('x');
  error.stack = ['Error: x', ...frames.map((frame) => `    at ${frame}`)].join('\n');
  return error;
}

describe('the same error', () => {
  test.each([
    ['order 17 failed', 'order 18 failed'],
    ['no user "ada"', 'no user "grace"'],
    ['lock 7f3a9c1e-aa11-4c1d-9f00-0123456789ab held', 'lock 0b1c2d3e-bb22-4c1d-9f00-0123456789ab held'],
    ['connect ECONNREFUSED 10.0.0.7:5432', 'connect ECONNREFUSED 10.0.12.8:5433'],
    ['connect ECONNREFUSED ::1:5432', 'connect ECONNREFUSED fe80::1ff:fe23:4567:890a:5432'],
    ['session a1B2c3D4e5F6g7 is over', 'session z9Y8x7W6v5U4t3s2 is over'],
    ['no account for ada@example.test', 'no account for grace.h@navy.example.test'],
    ['hash deadbeefcafe is wrong', 'hash 00c0ffee is wrong'],
    ['first line\n  at 1', 'first line\n  at 2'],
  ])('%s and %s', (a, b) => {
    expect(fingerprint(placeOrder(a))).toBe(fingerprint(placeOrder(b)));
  });

  test('line numbers and folders further up do not matter', () => {
    const here = stacked('placeOrder (/home/ada/shop/src/orders/place.ts:12:7)', 'main (/x/main.js:1:1)');
    const there = stacked(
      'placeOrder (file:///srv/app/src/orders/place.js:345:3)',
      'other (/y/other.js:2:2)',
    );
    const windows = stacked('async placeOrder (C:\\app\\src\\orders\\place.js:9:9)');
    expect(fingerprint(there)).toBe(fingerprint(here));
    expect(fingerprint(windows)).toBe(fingerprint(here));
  });

  test('frames of Node and of dependencies do not matter', () => {
    const own = stacked('placeOrder (/app/orders/place.js:1:1)');
    const foreign = stacked(
      'TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16)',
      'Client.query (/app/node_modules/pg/lib/client.js:526:17)',
      'Array.map (<anonymous>)',
      'new Promise (<anonymous>)',
      'async placeOrder (/app/orders/place.js:1:1)',
    );
    expect(fingerprint(foreign)).toBe(fingerprint(own));
  });
});

describe('another error', () => {
  test('type, code, message and place tell errors apart', () => {
    const coded = Object.assign(placeOrder('x'), { code: 'EPIPE' });
    class StoreError extends Error {}
    const typed = Object.setPrototypeOf(placeOrder('x'), StoreError.prototype) as Error;
    const all = [placeOrder('x'), placeOrder('y'), refund('x'), coded, typed, 'x', { message: 'x' }];
    expect(new Set(all.map(fingerprint)).size).toBe(all.length);
  });

  test.each([undefined, 'a string', 7, { status: 503 }, new Proxy({}, {})])('%o has one too', (error) => {
    expect(fingerprint(error)).toMatch(/^1:[0-9a-z]{14}$/);
  });

  test('a stack that throws when it is read does no harm', () => {
    const error = new Error('x');
    Object.defineProperty(error, 'stack', {
      get: () => {
        throw new Error('no');
      },
    });
    expect(fingerprint(error)).toMatch(/^1:/);
  });
});

describe('over restarts', () => {
  const folders = ['one', 'two/deeper'].map((name) =>
    path.join(mkdtempSync(path.join(tmpdir(), 'print-')), name),
  );
  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

  test('another process in another folder makes the same fingerprint', () => {
    const prints = folders.map((folder) => {
      mkdirSync(path.join(folder, 'orders'), { recursive: true });
      const file = path.join(folder, 'orders/place.mjs');
      writeFileSync(
        file,
        'function placeOrder() { return new Error("no stock") } console.log(placeOrder().stack)',
      );
      const error = new Error('no stock');
      error.stack = execFileSync(process.execPath, [file], { encoding: 'utf8' });
      return fingerprint(error);
    });
    expect(prints[0]).toBe(prints[1]);
    expect(prints[0]).toBe(
      fingerprint(Object.assign(new Error('no stock'), { stack: stackOf('placeOrder') })),
    );
  });
});

function stackOf(name: string): string {
  return `Error: no stock\n    at ${name} (/orders/place.js:1:1)`;
}

describe('samples', () => {
  test('each kind is told once in ten seconds, with its reason', async () => {
    const { agent: sender, clock, collector } = await createTestAgent();
    const error = placeOrder('order 17 is odd');
    for (let i = 0; i < 5; i++) sender.report(placeOrder(`order ${i} is odd`), { operation: 'place' });
    await clock.advance(1_000);
    const samples = collector.events.filter(({ kind }) => kind === 'error.sampled');
    expect(samples).toMatchObject([
      {
        operation: 'place',
        error: {
          class: 'unknown',
          fingerprint: sender.classify(error).fingerprint,
          why: 'unclassified: no rule and no table knows it',
        },
      },
    ]);
  });

  test('an ignored error is told only where a rule reports it', async () => {
    const {
      agent: sender,
      clock,
      collector,
    } = await createTestAgent({
      propagation: [
        { match: { code: 'E_QUIET' }, actions: ['ignore'] },
        { match: { code: 'E_TOLD' }, actions: ['ignore', 'report'] },
      ],
    });
    for (const code of ['E_QUIET', 'E_TOLD']) sender.report(Object.assign(new Error('x'), { code }));
    await clock.advance(1_000);
    const samples = collector.events.filter(({ kind }) => kind === 'error.sampled');
    expect(samples).toMatchObject([{ error: { code: 'E_TOLD' } }]);
  });
});
