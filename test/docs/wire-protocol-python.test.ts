import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startCollector } from '@holdfast/collector';
import type { AgentView, FleetEvent, ListAnswer, ResourceAnswer } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { getJson } from '../support/http.ts';
import { runToEnd } from '../support/process.ts';
import { scopeOfTest } from '../support/scope.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const page = readFileSync(new URL('../../docs/wire-protocol.md', import.meta.url), 'utf8');
const token = 'a-token-for-this-test-alone';

test('the example in Python tells a collector of its breaker', async () => {
  const scope = scopeOfTest();
  const folder = await temporaryFolder(scope);
  const { url, close } = await startCollector({ port: 0, dataDir: path.join(folder, 'data'), token });
  scope.onEnd(close);
  const program = path.join(folder, 'example.py');
  await writeFile(program, /```python\n([\s\S]*?)```/.exec(page)?.[1] ?? '');

  const run = await runToEnd(scope, ['python3', program, url], { env: { HOLDFAST_TOKEN: token } });
  expect(run).toMatchObject({ code: 0, stdout: 'stored: 1 problems: []\n', stderr: '' });

  const ask = { headers: { authorization: `Bearer ${token}` } };
  const breaker = await getJson<ResourceAnswer>(`${url}/api/v1/resources/reports/warehouse`, ask);
  expect(breaker).toMatchObject({
    dependency: 'warehouse-db',
    breaker: { state: 'open' },
    totals: { success: 4, failure: 6, class_transient: 6 },
  });
  const events = await getJson<ListAnswer<FleetEvent>>(`${url}/api/v1/events`, ask);
  expect(events.items.map(({ event }) => event.kind)).toContain('circuit_breaker.opened');
  const agents = await getJson<ListAnswer<AgentView>>(`${url}/api/v1/agents`, ask);
  expect(agents.items).toMatchObject([{ service: 'reports', instance: 'reports-1', connected: true }]);
});
