import type { SessionView } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { actObstacle } from '../../../dashboard/src/session/rights.ts';

test.each<[Omit<SessionView, 'by'>, readonly string[], string | undefined]>([
  [{ scope: 'admin' }, ['shop'], undefined],
  [{ scope: 'operate' }, ['shop', 'other'], undefined],
  [{ scope: 'operate', services: 'shop*' }, ['shop', 'shop-2'], undefined],
  [{ scope: 'operate', services: 'shop*' }, ['shop', 'other'], 'Your token is for shop*, not for other.'],
  [{ scope: 'read' }, ['shop'], 'You may look, not act: your token has the scope read.'],
])('%j may act on %j, or is told why not', (session, services, obstacle) => {
  expect(actObstacle({ by: 'session', ...session }, services)).toBe(obstacle);
});
