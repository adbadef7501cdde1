import type { AuditEntry, ListAnswer } from '@holdfast/shared';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { launchBrowser } from '../../support/browser.ts';
import { getJson } from '../../support/http.ts';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';
import { logInAt } from '../support/browser-client.ts';
import { startTestCollector } from '../support/start-collector.ts';
import { bearer, masterToken } from '../support/tokens.ts';
import { batchWith, flagLevels, helloWith, WireAgent } from '../support/wire-agent.ts';

/** A page that tries all that a page can, against the collector whose address stands in its query. */
const evilPage = `<!doctype html><iframe name="sink"></iframe><div id="forms"></div>
<script src="/evil.js"></script>`;
const evilScript = `
const target = new URLSearchParams(location.search).get('target');
const flag = target + '/api/v1/flags/reviews/override';
const act = JSON.stringify({ value: false, by: 'eve', via: 'web' });
const token = JSON.stringify({ scope: 'admin', name: 'evil', by: 'eve', via: 'web' });
const tries = [];
for (const [path, body] of [[flag, act], [target + '/api/v1/tokens', token]]) {
  for (const method of ['POST', 'PUT', 'DELETE']) {
    for (const mode of ['cors', 'no-cors']) {
      for (const headers of [{}, { 'content-type': 'text/plain' }, { 'content-type': 'application/json' },
          { 'content-type': 'application/json', 'x-csrf': 'guess' }]) {
        tries.push(() => fetch(path, { method, mode, headers, body, credentials: 'include' }));
      }
    }
  }
  tries.push(() => navigator.sendBeacon(path, new Blob([body], { type: 'text/plain' })));
  for (const enctype of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
    tries.push(() => {
      const form = document.createElement('form');
      Object.assign(form, { action: path, method: 'post', enctype, target: 'sink' });
      const field = document.createElement('input');
      field.name = body.slice(0, -1) + ',"reason":"';
      field.value = '"}';
      form.append(field);
      document.querySelector('#forms').append(form);
      form.submit();
    });
  }
  tries.push(() => { new Image().src = path + '?_method=PUT&value=false'; });
}
let opened = 0;
const live = 'holdfast.live.v1';
for (const protocols of [[live], [live, 'holdfast.ticket.guess'], ['holdfast.agent.v1']]) {
  tries.push(() => new Promise((resolve) => {
    const name = protocols[0].includes('agent') ? 'agent' : 'live';
    const socket = new WebSocket(target.replace('http', 'ws') + '/api/v1/' + name, protocols);
    socket.onopen = () => { opened++; resolve(); };
    socket.onerror = resolve;
  }));
}
const read = [target + '/api/v1/status', target + '/api/v1/session'];
let leaked = 0;
for (const path of read) {
  tries.push(() => fetch(path, { credentials: 'include' }).then(() => { leaked++; }));
}
(async () => {
  for (const one of tries) await Promise.resolve().then(one).catch(() => {});
  document.title = 'done ' + opened + ' opened, ' + leaked + ' leaked, ' + tries.length + ' tried';
})();
`;

async function serveEvil(scope: Scope): Promise<number> {
  const server = createServer((request, response) => {
    const isScript = request.url === '/evil.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? evilScript : evilPage);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scope.onEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port; // it listens on a port
}

test('pages of other sites and ports change and read nothing', async () => {
  const scope = scopeOfTest();
  const { url } = await startTestCollector(scope, { token: masterToken });
  const agent = await WireAgent.connect(scope, url, bearer(masterToken));
  agent.send(helloWith());
  await agent.next('welcome');
  agent.send(batchWith(1, flagLevels(true)));
  await agent.acknowledged(1);
  const browser = await launchBrowser(scope);
  const [name = '', value = ''] = (await logInAt(url, masterToken)).cookie.split('=');
  await browser.addCookies([{ name, value, url, httpOnly: true, sameSite: 'Strict' }]);
  const page = await browser.newPage();
  const good: string[] = [];
  let asked = 0;
  page.on('request', (request) => (asked += request.url().startsWith(`${url}/api/`) ? 1 : 0));
  page.on('response', (answer) => {
    if (!answer.url().startsWith(`${url}/api/`)) return;
    if (answer.status() < 400) good.push(`${answer.request().method()} ${answer.url()} ${answer.status()}`);
  });
  const port = await serveEvil(scope);
  for (const host of ['127.0.0.1', 'localhost']) {
    await page.goto(`http://${host}:${port}/?target=${url}`);
    const title = await waitFor(async () => /^done.*/.exec(await page.title())?.[0], {
      what: 'the tries',
      withinMs: 60_000,
    });
    expect(title).toBe('done 0 opened, 0 leaked, 63 tried');
  }
  expect(good).toEqual([]);
  expect(asked).toBeGreaterThan(60); // the rest the browser does not even send
  const headers = bearer(masterToken);
  expect((await getJson<ListAnswer<AuditEntry>>(`${url}/api/v1/audit`, { headers })).items).toEqual([]);
}, 120_000);
