import { FakeClock } from '@holdfast/agent/testing';
import { expect, test } from 'vitest';
import { sayOnce } from '../../../cli/src/demo/say-once.ts';

test('a line that repeats is said again only after a while', async () => {
  const clock = new FakeClock();
  const said: string[] = [];
  const say = sayOnce((line) => void said.push(line), clock, 10_000);
  for (const line of ['disk full', 'disk full', 'no disk']) say(line);
  await clock.advance(9_999);
  say('disk full');
  await clock.advance(1);
  say('disk full');
  expect(said).toEqual(['disk full', 'no disk', 'disk full']);
});
