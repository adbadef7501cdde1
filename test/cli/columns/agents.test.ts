import { expect, test } from 'vitest';
import { agentColumns } from '../../../cli/src/columns/agents.ts';
import { agent, fixtureAt } from '../support/fleet.ts';

test.each([
  [{ connected: true }, 'connected', 'good'],
  [{ connected: false, awaited: true }, 'awaited', 'warn'],
  [{ connected: false }, 'lost', 'bad'],
])('an agent that is %o is %s', (how, word, tone) => {
  const column = agentColumns(fixtureAt).find(({ heading }) => heading === 'CONNECTION');
  const row = agent('checkout', 'c1', how);
  expect([column?.text(row), column?.tone?.(row)]).toEqual([word, tone]);
});
