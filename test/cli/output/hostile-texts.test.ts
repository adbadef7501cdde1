import { FakeClock } from '@holdfast/agent/testing';
import type { FleetView } from '@holdfast/shared';
import { renderToString } from 'ink';
import { createElement } from 'react';
import { expect, test } from 'vitest';
import { createStyle } from '../../../cli/src/output/style.ts';
import { App } from '../../../cli/src/tui/app.tsx';
import { WatchModel } from '../../../cli/src/tui/model/watch-model.ts';
import { terminalTexts } from '../../support/hostile-texts.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { startFakeCollector } from '../support/fake-collector.ts';
import { runCommand } from '../support/fake-host.ts';
import { troubledShop } from '../support/fleet.ts';

const texts = terminalTexts();
/** What steers a terminal: control characters but the line's end, and those that turn the direction. */
const steering = /[^\P{Cc}\n]|\p{Bidi_Control}/u;

/** What services, upstreams and people choose the words of. */
const foreign: readonly string[] = [
  'service',
  'name',
  'cause',
  'message',
  'code',
  'by',
  'reason',
  'instance',
  'key',
];

const nouns = ['breakers', 'flags', 'errors', 'events', 'audit', 'health'].map((noun) => [noun, 'ls']);
const lines = [['status'], ...nouns].flatMap((line) =>
  ['table', 'wide', 'json', 'csv'].map((format) => [...line, '-o', format]),
);

/** Fleets with each of the texts in the place of some such word. */
function* fleets(): Generator<FleetView> {
  const left = [...texts];
  while (left.length > 0) {
    const next = (): string => (left.shift() ?? 'none').replaceAll('/', ' ');
    const view: unknown = JSON.parse(JSON.stringify(troubledShop()), (name, value: unknown) => {
      if (typeof value !== 'string') return value;
      if (name === 'address') return `${next()}/circuit_breaker/${next()}`;
      return foreign.includes(name) ? next() : value;
    });
    yield view as FleetView; // as it was, but for its words
  }
}

test('no command writes what steers a terminal, in any format', async () => {
  expect(new Set(texts).size).toBeGreaterThan(200);
  expect(texts.filter((text) => !steering.test(text))).toHaveLength(1); // the line's end
  const collector = await startFakeCollector(scopeOfTest(), { view: troubledShop() });
  const { url } = collector;
  const wrong: string[] = [];
  for (const view of fleets()) {
    collector.show(view);
    for (const line of lines) {
      const { code, stdout, stderr } = await runCommand(line, { url });
      const written = (stdout + stderr).replaceAll('\r\n', '\n'); // the line's end of CSV
      if (code !== 0 || steering.test(written)) wrong.push(`${line.join(' ')}: ${code} ${stderr}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('the terminal UI writes no escape of a text that it shows', () => {
  const style = createStyle('none', false);
  let shown = 0;
  for (const view of fleets()) {
    const model = new WatchModel({
      clock: new FakeClock(),
      perform: () => Promise.resolve(''),
      onQuit: () => {},
      onNow: () => {},
    });
    model.setConnection({ state: 'open' });
    model.receive({ type: 'snapshot', view });
    const app = createElement(App, { model, columns: 160, rows: 60, style, url: 'http://127.0.0.1:4900' });
    const screen = renderToString(app, { columns: 160 });
    expect(screen).not.toMatch(steering);
    shown += screen.split(/a\S*b\d/).length;
    model.close();
  }
  expect(shown).toBeGreaterThan(50); // the rest has no room, or waits for a key
});
