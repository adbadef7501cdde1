import { describe, expect, test } from 'vitest';
import { onKey } from '../../../cli/src/demo/villain.ts';
import { interruptKey } from '../../../cli/src/demo/villain-keys.ts';

interface Play {
  press(keys: string): Promise<void>;
  /** What was done, in order. */
  readonly log: string[];
}

function play({ isTelling = false, isAway = false } = {}): Play {
  const log: string[] = [];
  const narrator = {
    isTelling,
    begin: () => {
      narrator.isTelling = true;
      log.push('begin');
    },
    end: () => {
      narrator.isTelling = false;
      log.push('end');
    },
  };
  return {
    log,
    press: async (keys) => {
      for (const key of keys) {
        await onKey(key, {
          narrator,
          say: (line) => void log.push(`say ${line}`),
          switchService: async (service, order) => {
            if (isAway) throw new Error(`${service} does not answer`);
            log.push(`${service} ${order.mode}`);
          },
          quit: () => void log.push('quit'),
        });
      }
    },
  };
}

describe('a key', () => {
  test('breaks a service and takes over from the story', async () => {
    const { press, log } = play({ isTelling: true });
    await press('2');
    expect(log).toEqual([
      'end',
      'say You have taken over; s tells the story from the beginning.',
      'payments hanging',
      'say payments hangs; 0 heals it.',
    ]);
  });

  test('heals all four', async () => {
    const { press, log } = play();
    await press('0');
    expect(log.slice(0, 4).sort()).toEqual([
      'checkout healthy',
      'inventory healthy',
      'payments healthy',
      'storefront healthy',
    ]);
  });

  test('ends the story, and begins it with everything healed', async () => {
    const { press, log } = play({ isTelling: true });
    await press('ss');
    expect(log[0]).toBe('end');
    expect(log.filter((line) => line.endsWith('healthy'))).toHaveLength(4);
    expect(log.at(-1)).toBe('begin');
  });

  test('tells why it could do nothing', async () => {
    const { press, log } = play({ isAway: true });
    await press('4');
    expect(log).toEqual(['end', 'say inventory does not answer']);
  });

  test.each(['q', interruptKey])('%j quits', async (key) => {
    const { press, log } = play();
    await press(key);
    expect(log).toEqual(['quit']);
  });

  test('that means nothing does nothing', async () => {
    const { press, log } = play({ isTelling: true });
    await press('xyz[A');
    expect(log).toEqual([]);
  });
});
