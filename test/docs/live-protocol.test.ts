import { readFileSync } from 'node:fs';
import {
  applyLive,
  emptyLiveView,
  fleetLimits,
  type LiveMessage,
  type LiveView,
  readLiveMessage,
  readLiveRequest,
  replayLimits,
} from '@holdfast/shared';
import { expect, test } from 'vitest';

const page = readFileSync(new URL('../../docs/live-protocol.md', import.meta.url), 'utf8');

function examplesOf(side: 'reader' | 'collector'): string[] {
  return [...page.matchAll(/```json (reader|collector)\n([\s\S]*?)```/g)].flatMap(([, of, text = '']) =>
    of === side ? [text] : [],
  );
}

test.each(examplesOf('reader'))('a question on the page parses: %s', (text) => {
  const { type: _type, ...asked } = JSON.parse(text) as { type: string };
  expect(readLiveRequest(text)).toEqual({ ok: true, value: expect.objectContaining(asked) as unknown });
});

test('the messages on the page parse, and fold into a view', () => {
  const messages: LiveMessage[] = [];
  for (const text of examplesOf('collector')) {
    const read = readLiveMessage(text);
    expect(read).toEqual({ ok: true, value: JSON.parse(text) as unknown });
    if (read.ok && read.value.type !== 'refused') messages.push(read.value);
  }
  const [snapshot, delta, replayed] = messages;
  const folded = (until: number): LiveView => messages.slice(0, until).reduce(applyLive, emptyLiveView);
  expect(snapshot?.type).toBe('snapshot');
  expect(delta?.cursor).toBe(folded(2).cursor);
  const [resource] = folded(2).resources;
  expect(resource).toMatchObject({ rates: { callsPerSecond: 13.4, p50Ms: 38.2 }, gauges: { in_flight: 4 } });
  expect(resource?.rates).not.toHaveProperty('p99Ms');
  expect(resource?.spark.calls.slice(-2)).toEqual([36, 26]);
  expect(replayed).toHaveProperty('replay');
});

test('the limits on the page are those of the code', () => {
  expect(page).toContain(`the last ${fleetLimits.events} and ${fleetLimits.audit}`);
  expect(page).toContain(`| \`speed\` | ${replayLimits.minSpeed} to ${replayLimits.maxSpeed},`);
});
