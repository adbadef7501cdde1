import { FakeClock } from '@holdfast/agent/testing';
import { describe, expect, test } from 'vitest';
import type { Story, Turn } from '../../../cli/src/demo/story.ts';
import { tell } from '../../../cli/src/demo/storyteller.ts';

const pauseTurn: Turn = { line: 'calm', wait: { kind: 'pause', seconds: 20 } };
const breakTurn: Turn = {
  line: 'payments hangs',
  act: { service: 'payments', order: { mode: 'hanging', forMs: 1_000 } },
  wait: { kind: 'breaker', address: 'checkout/payments', state: 'open', atMostSeconds: 10 },
};
const openTurn: Turn = { line: 'it has opened', wait: { kind: 'pause', seconds: 5 } };

/** A stage on a clock of its own; every line is kept with the second in which it was said. */
function stage(turns: readonly Turn[]): {
  clock: FakeClock;
  lines: string[];
  acts: string[];
  breaker: { state: string | undefined };
  end: AbortController;
  over: Promise<void>;
} {
  const clock = new FakeClock();
  const lines: string[] = [];
  const acts: string[] = [];
  const breaker: { state: string | undefined } = { state: 'closed' };
  const end = new AbortController();
  const story: Story = { name: 'test', summary: 'a test', turns };
  const over = tell(
    story,
    {
      clock,
      say: (line) => lines.push(`${clock.monotonic() / 1_000} ${line}`),
      act: async (service, order) => {
        if (service === 'storefront') throw new Error('it is away');
        acts.push(`${service} ${order.mode}`);
      },
      breakerState: async () => breaker.state,
    },
    end.signal,
  );
  return { clock, lines, acts, breaker, end, over };
}

describe('a story', () => {
  test('says its lines after their pauses and begins again', async () => {
    const { clock, lines } = stage([pauseTurn, openTurn]);
    await clock.advance(30_000);
    expect(lines).toEqual(['0 calm', '20 it has opened', '25 calm']);
  });

  test('says that a breaker opened only when it has', async () => {
    const { clock, lines, acts, breaker } = stage([breakTurn, openTurn]);
    await clock.advance(4_000);
    expect(acts).toEqual(['payments hanging']);
    expect(lines).toEqual(['0 payments hangs']);
    breaker.state = 'open';
    await clock.advance(500);
    expect(lines).toEqual(['0 payments hangs', '4.5 it has opened']);
  });

  test('goes on when a breaker does not do what was expected', async () => {
    const { clock, lines, breaker } = stage([breakTurn, openTurn]);
    breaker.state = undefined;
    await clock.advance(10_000);
    expect(lines).toEqual([
      '0 payments hangs',
      '10 (checkout/payments is not open after 10 s; the story goes on)',
      '10 it has opened',
    ]);
  });

  test('goes on when a service cannot be told', async () => {
    const turn: Turn = { ...pauseTurn, act: { service: 'storefront', order: { mode: 'crash' } } };
    const { clock, lines } = stage([turn]);
    await clock.advance(0);
    expect(lines).toEqual(['0 calm', '0 (storefront could not be told: it is away)']);
  });

  test('ends at once when it is told to', async () => {
    const { clock, lines, end, over } = stage([pauseTurn, openTurn]);
    await clock.advance(1_000);
    end.abort();
    await over;
    await clock.advance(60_000);
    expect(lines).toEqual(['0 calm']);
  });
});
