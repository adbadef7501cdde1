import { emptyLiveView, formatZone } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { createStyle } from '../../../../cli/src/output/style.ts';
import { noticeLines } from '../../../../cli/src/tui/rows/notice-lines.ts';

const style = createStyle('none', false);
const at = new Date(2026, 0, 31, 14, 2, 7).getTime();
const wayOut = ' · n goes back to now';

test('nothing stands over a view of now where all is well', () => {
  expect(noticeLines({ view: emptyLiveView, now: at, width: 80, style })).toEqual([]);
});

test('the past says when it was, and the way back', () => {
  const view = { ...emptyLiveView, at, replay: { speed: 10 } };
  const [line = ''] = noticeLines({ view, now: at + 600_000, width: 110, style });
  expect(line.trimEnd()).toBe(
    ` ! THE PAST, not now: 2026-01-31 14:02:07 ${formatZone(at)}, 10 m ago, 10 times as fast${wayOut}`,
  );
});

test.each([
  [80, ' ! THE PAST, not now: 14:02:07, 4 m 1 s ago'],
  [60, ' ! THE PAST: 4 m 1 s ago'],
  [40, ' ! THE PAST'],
])('the way back is whole at %d columns', (width, says) => {
  const view = { ...emptyLiveView, at, replay: { speed: 0.5 } };
  const [line = ''] = noticeLines({ view, now: at + 241_000, width, style });
  expect(line).toBe((says + wayOut).padEnd(width));
});

test('what stops the collector itself stands first', () => {
  const view = { ...emptyLiveView, at, problem: 'the disk is full', replay: { speed: 1 } };
  const lines = noticeLines({ view, now: at, width: 60, style });
  expect(lines[0]?.trimEnd()).toBe(' ! The collector is in trouble: the disk is full');
  expect(lines[1]).toContain('THE PAST');
});
