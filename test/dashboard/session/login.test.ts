import { expect, test } from 'vitest';
import { codeInFragment, createLogin } from '../../../dashboard/src/session/login.ts';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly csrf: string | null;
  readonly body: unknown;
}

/** A `fetch` that answers what the test says, in turn, and keeps what it was asked. */
function scripted(...answers: readonly (readonly [status: number, body: unknown])[]): {
  readonly send: typeof fetch;
  readonly asked: Asked[];
} {
  const asked: Asked[] = [];
  const left = [...answers];
  const send: typeof fetch = async (input, init) => {
    const body = typeof init?.body === 'string' ? (JSON.parse(init.body) as unknown) : undefined;
    const path = input instanceof URL ? input.pathname : '';
    asked.push({ method: init?.method ?? 'GET', path, csrf: new Headers(init?.headers).get('x-csrf'), body });
    const next = left.shift();
    if (next === undefined) throw new TypeError('nobody answers');
    return new Response(JSON.stringify(next[1]), { status: next[0] });
  };
  return { send, asked };
}

const base = 'http://127.0.0.1:4900/';
const session = { by: 'session', scope: 'read', name: 'ann', csrf: 'word' } as const;

test('a code is told from the address of a breaker', () => {
  expect(codeInFragment('#login=abc')).toBe('abc');
  expect(codeInFragment('#shop/payments')).toBeUndefined();
  expect(codeInFragment('')).toBeUndefined();
});

test('a link logs in, and what is sent then carries proof', async () => {
  const { send, asked } = scripted([200, session], [200, { ticket: 't', expiresAt: 1 }], [200, {}]);
  const login = createLogin(base, send);
  await login.enter(` ${base}#login=abc `);
  expect(login.state()).toEqual({ state: 'in', session });
  expect(await login.protocolsFor('holdfast.live.v1')).toEqual(['holdfast.live.v1', 'holdfast.ticket.t']);
  await login.leave();
  expect(login.state()).toEqual({ state: 'out' });
  expect(asked).toEqual([
    { method: 'POST', path: '/api/v1/session', csrf: null, body: { code: 'abc' } },
    { method: 'POST', path: '/api/v1/ws-ticket', csrf: 'word', body: undefined },
    { method: 'DELETE', path: '/api/v1/session', csrf: 'word', body: undefined },
  ]);
});

test('a code that is not good says so', async () => {
  const refusal = { detail: 'the code is not good' };
  const out = createLogin(base, scripted([401, refusal], [401, {}]).send);
  await out.enter('old');
  expect(out.state()).toEqual({ state: 'out', problem: 'the code is not good' });
  const inside = createLogin(base, scripted([401, refusal], [200, session]).send);
  await inside.enter('old');
  expect(inside.state()).toEqual({ state: 'in', session });
});

test('any answer of 401 ends the log-in, and silence does not', async () => {
  const { send } = scripted([200, session], [401, {}]);
  const login = createLogin(base, send);
  const states: string[] = [];
  login.subscribe(() => states.push(login.state().state));
  await login.look();
  await login.send(new URL('api/v1/status', base));
  expect(states).toEqual(['in', 'out']);
  const silent = createLogin(base, scripted().send);
  await expect(silent.look()).rejects.toThrow('nobody answers');
  expect(silent.state()).toEqual({ state: 'asking', tries: 1 });
});

test('where nobody has to log in, sockets open without a ticket', async () => {
  const login = createLogin(
    base,
    scripted([200, { by: 'nothing', scope: 'admin' }], [200, { by: 'nothing' }]).send,
  );
  await login.look();
  expect(await login.protocolsFor('holdfast.live.v1')).toEqual(['holdfast.live.v1']);
});
