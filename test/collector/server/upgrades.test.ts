import { agentSubprotocol, liveSubprotocol, type Problem } from '@holdfast/shared';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { scopeOfFile } from '../../support/scope.ts';
import { upgradeHeaders } from '../support/raw-http.ts';
import { startTestCollector } from '../support/start-collector.ts';

const started = startTestCollector(scopeOfFile());

interface Answered {
  readonly problem: Problem;
  readonly upgrade: string | undefined;
}

async function ask(path: string, headers: Readonly<Record<string, string>>): Promise<Answered> {
  const { url } = await started;
  const asked = request(`${url}${path}`, { headers }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]; // what the event comes with
  const problem = JSON.parse(await text(answer)) as Problem; // the assertions check what of it matters
  return { problem, upgrade: answer.headers.upgrade };
}

function without(name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(upgradeHeaders('')).filter(([one]) => one !== name));
}

test.each([
  ['/api/v1/agent', agentSubprotocol],
  ['/api/v1/live', liveSubprotocol],
])('a plain request for %s hears that it is a WebSocket', async (path, subprotocol) => {
  const { problem, upgrade } = await ask(path, {});
  expect(problem).toMatchObject({ status: 426, detail: expect.stringContaining(subprotocol) as string });
  expect(upgrade).toBe('websocket');
});

test.each([
  ['no subprotocol', without('Sec-WebSocket-Protocol'), 'got none'],
  ['another subprotocol', upgradeHeaders('mqtt'), 'got mqtt'],
])('a WebSocket with %s hears which it must offer', async (_what, headers, got) => {
  const { problem } = await ask('/api/v1/live', headers);
  expect(problem.status).toBe(400);
  expect(problem.detail).toContain(`Sec-WebSocket-Protocol: ${liveSubprotocol}, ${got}`);
});

test('a WebSocket elsewhere hears where they are', async () => {
  const { problem } = await ask('/api/v1/status', upgradeHeaders(liveSubprotocol));
  expect(problem).toMatchObject({
    status: 404,
    detail: 'there is no WebSocket at /api/v1/status; there are /api/v1/agent and /api/v1/live',
  });
});
