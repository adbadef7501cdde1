import { agentSubprotocol, liveSubprotocol, ticketSubprotocol } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { scopeOfTest } from '../../support/scope.ts';
import { logInAt, ticketFor } from '../support/browser-client.ts';
import { getRequest, rawStatus, upgradeHeaders } from '../support/raw-http.ts';
import { startTestCollector } from '../support/start-collector.ts';
import { masterToken } from '../support/tokens.ts';

const origins = ['none', 'own', 'other port', 'foreign', 'null'] as const;
const hosts = ['own', 'rebound'] as const;
const cookies = ['none', 'own', 'of another session'] as const;
const tickets = ['none', 'fresh', 'used', 'made up'] as const;

/** A browser's socket opens from our page, called by our name, with a ticket of the session that asks. */
function isGood(row: {
  readonly origin: (typeof origins)[number];
  readonly host: (typeof hosts)[number];
  readonly cookie: (typeof cookies)[number];
  readonly ticket: (typeof tickets)[number];
}): boolean {
  const { origin, host, cookie, ticket } = row;
  return (origin === 'own' || origin === 'none') && host === 'own' && cookie === 'own' && ticket === 'fresh';
}

const rows = origins.flatMap((origin) =>
  hosts.flatMap((host) =>
    cookies.flatMap((cookie) => tickets.map((ticket) => ({ origin, host, cookie, ticket }))),
  ),
);

test.each([
  ['/api/v1/live', liveSubprotocol, 2],
  ['/api/v1/agent', agentSubprotocol, 0],
])('of all rows of the matrix only the good reach %s', async (path, subprotocol, goodCount) => {
  const { url, port } = await startTestCollector(scopeOfTest(), { token: masterToken });
  const mine = await logInAt(url, masterToken);
  const other = await logInAt(url, masterToken);
  const ask = (headers: Record<string, string>, protocols: string): Promise<number> =>
    rawStatus(port, getRequest(path, { ...headers, ...upgradeHeaders(protocols) }));
  const wrong: unknown[] = [];
  const reached: unknown[] = [];
  for (const row of rows) {
    const { ticket } = await ticketFor(url, mine);
    const own = { Host: `127.0.0.1:${port}`, Cookie: mine.cookie };
    const shown = row.ticket === 'made up' ? 'x'.repeat(43) : ticket;
    const offered = `${subprotocol}, ${ticketSubprotocol}${shown}`;
    if (row.ticket === 'used') await ask(own, offered);
    const headers = {
      Host: row.host === 'own' ? own.Host : `evil.example:${port}`,
      ...originOf(row.origin, port),
      ...(row.cookie === 'none' ? {} : { Cookie: row.cookie === 'own' ? mine.cookie : other.cookie }),
    };
    const status = await ask(headers, row.ticket === 'none' ? subprotocol : offered);
    if (status === 101) reached.push(row);
    if ((status === 101) !== (goodCount > 0 && isGood(row)) || ![101, 401, 403].includes(status))
      wrong.push({ ...row, status });
  }
  expect(wrong).toEqual([]);
  expect(reached).toHaveLength(goodCount);
});

function originOf(origin: (typeof origins)[number], port: number): Record<string, string> {
  switch (origin) {
    case 'none':
      return {};
    case 'own':
      return { Origin: `http://127.0.0.1:${port}` };
    case 'other port':
      return { Origin: `http://127.0.0.1:${port + 1}` };
    case 'foreign':
      return { Origin: 'https://evil.example' };
    case 'null':
      return { Origin: 'null' };
  }
}
