import { expect, test } from 'vitest';
import { layoutOf } from '../../../../cli/src/tui/rows/layout.ts';

const few = { breakers: 6, flags: 3, errors: 2 };
const many = { breakers: 1_000, flags: 40, errors: 40 };
const sizes = [60, 80, 99, 100, 120, 200, 300].flatMap((columns) =>
  Array.from({ length: 98 }, (_, index) => ({ columns, lines: index })),
);

test.each([few, many, { breakers: 0, flags: 0, errors: 0 }])(
  'panes fill any screen exactly with %j',
  (counts) => {
    for (const { columns, lines } of sizes) {
      for (const focus of ['breakers', 'flags'] as const) {
        const { isWide, breakers, flags, errors, events } = layoutOf({ columns, lines, focus, counts });
        const middle = isWide ? [flags ?? errors] : [flags, errors];
        const heights = [breakers, ...middle, events].flatMap((height) =>
          height === undefined ? [] : [height + 1],
        );
        const total = heights.reduce((sum, height) => sum + height, 0);
        expect(total, `${columns}x${lines} ${focus}`).toBe(Math.max(1, lines));
        expect(Math.min(...heights)).toBeGreaterThanOrEqual(1);
      }
    }
  },
);

test('breakers get most, and the focused pane more of what it needs', () => {
  const of = { columns: 80, lines: 21, counts: many };
  expect(layoutOf({ ...of, focus: 'breakers' })).toEqual({
    isWide: false,
    breakers: 7,
    flags: 4,
    errors: 3,
    events: 3,
  });
  expect(layoutOf({ ...of, focus: 'flags' })).toEqual({
    isWide: false,
    breakers: 5,
    flags: 6,
    errors: 3,
    events: 3,
  });
});

test('on a tiny screen only the focused pane is shown', () => {
  const of = { columns: 60, lines: 8, counts: few };
  expect(layoutOf({ ...of, focus: 'breakers' })).toEqual({ isWide: false, breakers: 7 });
  expect(layoutOf({ ...of, focus: 'flags' })).toEqual({ isWide: false, flags: 7 });
});
