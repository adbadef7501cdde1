import { countIndex } from '@holdfast/shared';
import { FakeClock, MemoryCollector } from '@holdfast/agent/testing';
import { expect, test } from 'vitest';
import { setting } from '../../support/setting.ts';
import { createTestStream } from '../support/stream.ts';

const minutes = setting('OFFLINE_MINUTES', 10);
const resourceCount = 50;
const callsPerSecond = 100;
const memoryBytes = 4_194_304;

test(
  'offline under load, the queues stay bounded and every call arrives',
  async () => {
    const clock = new FakeClock(1_700_000_000_000);
    const collector = new MemoryCollector({ clock });
    collector.refuse();
    const { session, recorder } = createTestStream(collector, { clock, memoryBytes });
    session.start();
    const meters = Array.from({ length: resourceCount }, (_, number) =>
      recorder.meter({ kind: 'circuit_breaker', name: `breaker ${number}` }),
    );
    let mostBytes = 0;
    for (let second = 0; second < 60 * minutes; second++) {
      for (const meter of meters) {
        for (let call = 0; call < callsPerSecond; call++) {
          meter.count(call % 10 === 0 ? countIndex.failure : countIndex.success);
          meter.time(1 + (call % 40));
        }
      }
      await clock.advance(1_000);
      mostBytes = Math.max(mostBytes, recorder.events.bytes + recorder.rollups.bytes);
    }
    expect(mostBytes).toBeLessThanOrEqual(memoryBytes / 2);
    collector.accept();
    await clock.advance(60_000);
    const counted = meters.map((_, number) => collector.totals('circuit_breaker', `breaker ${number}`));
    const seconds = 60 * minutes;
    expect(counted).toEqual(meters.map(() => ({ success: 90 * seconds, failure: 10 * seconds })));
    expect(collector.problems).toEqual([]);
  },
  20_000 + minutes * 2_000,
);
