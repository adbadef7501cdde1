import { type Freshness, statusOf } from '@holdfast/shared';
import { describe, expect, test } from 'vitest';
import { createStyle } from '../../../../cli/src/output/style.ts';
import { stripLine } from '../../../../cli/src/tui/rows/strip.ts';
import { breaker, fixtureAt, fleetView, troubledShop } from '../../support/fleet.ts';

const style = createStyle('basic', false);
const live: Freshness = { state: 'live', ageMs: 400 };

function strip(freshness: Freshness, view = troubledShop(), width = 60): string {
  const moment = { at: fixtureAt, now: fixtureAt };
  return stripLine({ status: statusOf(view, fixtureAt), freshness, ...moment, width, style });
}

describe('the strip', () => {
  test('shows the sentence, cut, and how fresh it is', () => {
    const sentence = ' ■ 1 of 6 breakers OPEN · 1 held open · 1 probi…';
    expect(strip(live)).toBe(`\u001b[31;1;7m${sentence}\u001b[0m\u001b[90m live 0.4 s \u001b[0m`);
  });

  test('is calm where all is well', () => {
    const calm = fleetView({ resources: [breaker('a/b')] });
    expect(strip(live, calm, 70)).toContain('\u001b[36m ● All well: 1 breaker passing calls');
  });

  test('never shows a state as certain once it is old', () => {
    const stale = { state: 'stale', ageMs: 38_000, isConnected: false, retryInMs: 2_300 } as const;
    expect(strip(stale)).toMatch(
      /^\u001b\[90m \? Last known at .*: 1 of .*\u001b\[31;1;7m STALE 38 s \u001b\[0m$/,
    );
    expect(strip(stale, troubledShop(), 120)).toContain(' STALE 38 s, reconnecting in 3 s ');
  });

  test('says that no collector is there', () => {
    expect(strip({ state: 'connecting', attempt: 2 })).toContain('no answer, try 2');
  });
});
