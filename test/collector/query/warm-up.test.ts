import { FakeClock } from '@holdfast/agent/testing';
import { createFleet, type Fleet } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { startWarmUp } from '../../../collector/src/query/warm-up.ts';
import { systemClock } from '../../../collector/src/time/system-clock.ts';
import { realTime } from '../../support/time.ts';
import { waitFor } from '../../support/wait-for.ts';
import { address, breaker, startAt, TestLog } from '../../shared/state/log.ts';

function fleetWithBreaker(): Fleet {
  const log = new TestLog();
  log.connect();
  log.introduce(breaker);
  return log.fleet;
}

/** Answers at once, and notes what was asked. */
function recorder(): { readonly asked: string[]; readonly fetch: (request: Request) => Response } {
  const asked: string[] = [];
  return {
    asked,
    fetch: ({ url }) => {
      asked.push(url.replace('http://localhost/api/v1/', ''));
      return new Response('{}');
    },
  };
}

test('a start on a log asks once what screens ask', async () => {
  const { asked, fetch } = recorder();
  const stop = startWarmUp({ app: { fetch }, fleet: fleetWithBreaker(), clock: systemClock });
  await waitFor(() => asked.filter((path) => path.startsWith('audit')).length === 3, { what: 'the last' });
  await stop();
  expect(new Set(asked)).toContain('status');
  expect(new Set(asked)).toContain(`resources/${address}/series`);
});

test('a start on an empty log asks nothing', async () => {
  const { asked, fetch } = recorder();
  await startWarmUp({ app: { fetch }, fleet: createFleet(), clock: systemClock })();
  expect(asked).toEqual([]);
});

test('it stops when it is told to, and has then ended', async () => {
  const { asked, fetch } = recorder();
  const stop = startWarmUp({ app: { fetch }, fleet: fleetWithBreaker(), clock: systemClock });
  await waitFor(() => asked.length > 0, { what: 'the first' });
  await stop();
  const count = asked.length;
  await realTime.sleep(20);
  expect(asked).toHaveLength(count);
});

test('it stops while its clock stands still', async () => {
  const { asked, fetch } = recorder();
  await startWarmUp({ app: { fetch }, fleet: fleetWithBreaker(), clock: new FakeClock(startAt) })();
  expect(asked).toEqual([]);
});
