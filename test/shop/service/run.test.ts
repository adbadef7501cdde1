import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { getJson, sendJson } from '../../support/http.ts';
import { isListening } from '../../support/ports.ts';
import { scopeOfFile, scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { buildShop } from '../support/built-shop.ts';
import { startServiceProcess } from '../support/service-process.ts';

const scopeOfAll = scopeOfFile();
let folder = '';
beforeAll(async () => {
  folder = await buildShop(scopeOfAll);
}, 60_000);

function program(service: string): string {
  return path.join(folder, `${service}.mjs`);
}

describe('a service in a process of its own', () => {
  test('crashes when told to, after it has said for how long', async () => {
    const service = await startServiceProcess(scopeOfTest(), program('payments'));
    await sendJson('POST', `${service.controlUrl}/mode`, { mode: 'crash', forMs: 4_000 }).catch(() => {});
    expect(await service.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(service.messages.at(-1)).toEqual({ type: 'crashing', forMs: 4_000 });
  });

  test('knows after a crash what was charged before', async () => {
    const scope = scopeOfTest();
    const data = await temporaryFolder(scope);
    const before = await startServiceProcess(scope, program('payments'), { SHOP_DATA: data });
    const receipt = await sendJson('POST', `${before.url}/charge`, { orderId: 'o-1', amountCents: 900 });
    before.child.kill('SIGKILL');
    await before.exited;
    const ports = { SHOP_PORT: new URL(before.url).port, SHOP_CONTROL_PORT: new URL(before.controlUrl).port };
    const after = await startServiceProcess(scope, program('payments'), { SHOP_DATA: data, ...ports });
    expect(after.url).toBe(before.url);
    expect(await sendJson('POST', `${after.url}/charge`, { orderId: 'o-1', amountCents: 900 })).toEqual(
      receipt,
    );
  });

  test('ends when its parent is gone', async () => {
    const service = await startServiceProcess(scopeOfTest(), program('inventory'));
    service.child.disconnect();
    expect(await service.exited).toEqual({ code: 1, signal: null });
    expect(await isListening(Number(new URL(service.url).port))).toBe(false);
  });

  test('outlives the Ctrl-C that is meant for its parent', async () => {
    const service = await startServiceProcess(scopeOfTest(), program('inventory'));
    service.child.kill('SIGINT');
    expect(await getJson(`${service.url}/ping`)).toEqual({ ok: true });
  });

  test('tells its last totals before it ends', async () => {
    const scope = scopeOfTest();
    const inventory = await startServiceProcess(scope, program('inventory'));
    const storefront = await startServiceProcess(scope, program('storefront'), {
      SHOP_PEERS: JSON.stringify({ inventory: inventory.url, checkout: inventory.url }),
    });
    await getJson(`${storefront.url}/products/kelp-tea`);
    storefront.child.send({ type: 'stop' });
    expect(await storefront.exited).toEqual({ code: 0, signal: null });
    const { totals } = storefront.messages.at(-1) ?? {};
    expect(totals).toMatchObject({
      reviews: { failed: 0 },
      inventory: { failed: 0 },
      recommendations: { failed: 0 },
    });
  });

  test('a port that it cannot have is told in one line', async () => {
    const scope = scopeOfTest();
    const first = await startServiceProcess(scope, program('inventory'));
    const second = startServiceProcess(scope, program('inventory'), { SHOP_PORT: new URL(first.url).port });
    await expect(second).rejects.toThrow(/^inventory: listen EADDRINUSE.*\d+$/);
  });
});
