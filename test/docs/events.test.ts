import { countColumns, eventKinds, gaugeNames } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { chapters } from '../conformance/chapters.ts';
import { counterMeanings, eventMeanings, gaugeMeanings } from '../conformance/meanings.ts';
import type { Chapter, Path } from '../conformance/path.ts';
import { table } from './markdown.ts';

test('the page of events is what agents are seen to send', async () => {
  await expect(page()).toMatchFileSnapshot('../../docs/events.md');
});

const allPaths = chapters.flatMap(({ paths }) => paths);

// What begins every path is asserted where they are driven.
const kindsOfPaths = eventKinds.filter((kind) => kind !== 'agent.started');

test.each(kindsOfPaths)('some path sends %s', (kind) => {
  expect(allPaths.some(({ events }) => events.includes(kind))).toBe(true);
});

test.each(countColumns)('some path counts %s', (column) => {
  const counters = allPaths.flatMap(({ counts }) => Object.values(counts));
  expect(counters.some((counter) => (counter[column] ?? 0) > 0)).toBe(true);
});

function page(): string {
  return [
    '# Events and counters',
    'Made from the table that `test/conformance` drives every primitive through; ' +
      '`npx vitest run test/docs -u` writes it.',
    'What happens once a call is a counter: rollups bring them once a second for each active resource. ' +
      'What changes a state is an event. `success`, `failure`, `timeout`, `rejected`, `ignored` and ' +
      '`cancelled` exclude each other: each resource counts a call that passes it in exactly one of them.',
    '## Events',
    table(
      ['kind', 'when'],
      eventKinds.map((kind) => [code(kind), eventMeanings[kind]]),
    ),
    '## Counters',
    table(
      ['counter', 'what it counts'],
      countColumns.map((column) => [code(column), counterMeanings[column]]),
    ),
    '## Gauges',
    table(
      ['gauge', 'what it shows'],
      gaugeNames.map((name) => [code(name), gaugeMeanings[name]]),
    ),
    ...chapters.flatMap(chapterOf),
  ]
    .join('\n\n')
    .concat('\n');
}

function chapterOf({ title, paths }: Chapter): string[] {
  const rows = paths.map((path) => [path.when, countersOf(path), sentOn(path)]);
  return [`## ${title}`, table(['what happens', 'counted', 'sent'], rows)];
}

/** What is sent again and again is told once. */
function sentOn({ events }: Path): string {
  if (events.length < 12) return events.map(code).join(', ');
  const counted = [...new Set(events)].map((kind) => {
    const count = events.filter((sent) => sent === kind).length;
    return count === 1 ? code(kind) : `${count} × ${code(kind)}`;
  });
  return counted.join(', ');
}

function countersOf({ counts }: Path): string {
  const kinds = Object.entries(counts).map(([kind, counters]) => {
    const named = Object.entries(counters).map(([name, count]) => (count === 1 ? name : `${name} ${count}`));
    return `${code(kind)}: ${named.join(', ')}`;
  });
  return kinds.join('<br>');
}

function code(text: string): string {
  return `\`${text}\``;
}
