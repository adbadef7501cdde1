import { FakeClock } from '@holdfast/agent/testing';
import { type Clock, emptyView, type FleetView } from '@holdfast/shared';
import { renderToString } from 'ink';
import { render } from 'ink-testing-library';
import { createElement } from 'react';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../cli/src/time/system-clock.ts';
import { createStyle } from '../../../cli/src/output/style.ts';
import { textWidth } from '../../../cli/src/output/width.ts';
import { App } from '../../../cli/src/tui/app.tsx';
import { WatchModel } from '../../../cli/src/tui/model/watch-model.ts';
import { waitFor } from '../../support/wait-for.ts';
import { breaker, errors, flag, fleetView, largeFleet, openedEvent, troubledShop } from '../support/fleet.ts';

const plain = createStyle('none', false);
const url = 'http://127.0.0.1:4900';

function modelOf(view: FleetView | undefined, clock: Clock = new FakeClock()): WatchModel {
  const model = new WatchModel({
    clock,
    perform: () => Promise.resolve('checkout/payments held open (until 15:02:07)'),
    onQuit: () => {},
    onNow: () => {},
  });
  if (view === undefined) return model;
  model.setConnection({ state: 'open' });
  model.receive({ type: 'snapshot', view });
  return model;
}

/** The screen as lines, without colours. */
function draw(model: WatchModel, columns: number, rows: number): string[] {
  const app = createElement(App, { model, columns, rows, style: plain, url });
  return renderToString(app, { columns }).split('\n');
}

/** One text, with times of day that are the same wherever the test runs. */
function inAnyZone(lines: readonly string[]): string {
  return lines.map((line) => line.replaceAll(/\d\d:\d[\d:]*/g, noTime)).join('\n');
}

function noTime(time: string): string {
  return time.replaceAll(/\d/g, '0');
}

/** Names and messages of every width and kind. */
function oddFleet(): FleetView {
  const long = 'n'.repeat(120);
  return fleetView({
    resources: [breaker('支払いサービス/決済', 'open'), breaker(`${'s'.repeat(120)}/${long}`, 'half_open')],
    flags: [flag(long), flag('旗', { type: 'string', value: long })],
    errors: [
      errors('支払い/決済', {
        sample: { class: 'unknown', severity: 'low', fingerprint: 'f', message: `\u001b[2J${long}\n${long}` },
      }),
    ],
    events: [{ ...openedEvent('1'), address: `${long}/circuit_breaker/決済` }],
  });
}

describe('the screen', () => {
  const sizes = [
    [60, 15],
    [80, 24],
    [99, 30],
    [100, 30],
    [120, 40],
    [300, 100],
    [20, 5],
  ] as const;
  const views = {
    'nothing yet': undefined,
    'no agents': emptyView,
    'a calm breaker': fleetView({ resources: [breaker('a/b')] }),
    'a troubled shop': troubledShop(),
    '1,000 breakers': largeFleet(1_000),
    'odd names': oddFleet(),
  };
  const cases = Object.entries(views).flatMap(([name, view]) =>
    sizes.map(([columns, rows]) => [name, columns, rows, view] as const),
  );

  test.each(cases)('of %s fits %d×%d, in every mode', (_name, columns, rows, view) => {
    for (const keys of [[], ['?'], ['o'], ['tab', 'space'], ['x', 'G']]) {
      const model = modelOf(view);
      model.press(keys);
      model.press(Array.from({ length: 100 }, () => '支'));
      model.receive({ type: 'snapshot', view: view ?? emptyView }); // shows at once
      const lines = draw(model, columns, rows);
      model.close();
      expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows - 1));
      for (const line of lines) expect(textWidth(line), line).toBeLessThanOrEqual(columns);
      expect(lines.join('')).not.toContain('\u001b');
    }
  });

  test('at 80×24 shows what an operator needs first', () => {
    const screen = inAnyZone(draw(modelOf(troubledShop()), 80, 24));
    expect(screen).toMatchInlineSnapshot(`
      " ■ 1 of 6 breakers OPEN · 1 held open · 1 probing · checkout/paymen… live 0.0 s
       BREAKERS 6                      SINCE  ERR %      P99  LAST MIN    CAUSE
      ▸■ O  checkout/payments       4 m 12 s   60 %    38 ms  ▄▇▆▅█▄▇▆▅█  60 % of 10…
       ▣ F  checkout/shipping           30 s    0 %    38 ms  ▄▇▆▅█▄▇▆▅█  held open b…
       ◐ H  checkout/inventory      4 m 12 s   60 %    38 ms  ▄▇▆▅█▄▇▆▅█  60 % of 10…
       ● C  storefront/inventory    4 m 12 s    0 %    38 ms  ▄▇▆▅█▄▇▆▅█
       ● C  storefront/recommend…   4 m 12 s    0 %    38 ms  ▄▇▆▅█▄▇▆▅█
       ● C  storefront/reviews      4 m 12 s    0 %    38 ms  ▄▇▆▅█▄▇▆▅█
       FLAGS 3              VALUE  REASON    UNTIL     CAUSE
       real_time_inventory  on     STATIC
       recommendations      off    DEGRADED            storefront/recommendations is…
       user_reviews         on     STATIC
       ERRORS 2        MINUTE    TOTAL  WHERE               EXAMPLE
       partial_outage      31      412  checkout/payments   connect ECONNREFUSED 127.…
       transient            3      412  checkout/inventory  connect ECONNREFUSED 127.…
       EVENTS
       00:00:00  checkout/payments opened: 60 % of 10 calls failed
       00:00:00  checkout/payments opened: 60 % of 10 calls failed




       ? help · o hold open/release · q quit · tab pane · x problems only · j/k move"
    `);
  });

  test('at 100×20 shows flags and errors beside each other', () => {
    const screen = inAnyZone(draw(modelOf(troubledShop()), 100, 20));
    expect(screen).toMatchInlineSnapshot(`
      " ■ 1 of 6 breakers OPEN · 1 held open · 1 probing · checkout/payments for 4 m 12 s · ca… live 0.0 s
       BREAKERS 6                           SINCE  ERR %  CALLS/S      P99  LAST MIN    CAUSE
      ▸■ O  checkout/payments            4 m 12 s   60 %       12    38 ms  ▄▇▆▅█▄▇▆▅█  60 % of 10 calls…
       ▣ F  checkout/shipping                30 s    0 %       12    38 ms  ▄▇▆▅█▄▇▆▅█  held open by mia…
       ◐ H  checkout/inventory           4 m 12 s   60 %       12    38 ms  ▄▇▆▅█▄▇▆▅█  60 % of 10 calls…
       ● C  storefront/inventory         4 m 12 s    0 %       12    38 ms  ▄▇▆▅█▄▇▆▅█
       ● C  storefront/recommendations   4 m 12 s    0 %       12    38 ms  ▄▇▆▅█▄▇▆▅█
       ● C  storefront/reviews           4 m 12 s    0 %       12    38 ms  ▄▇▆▅█▄▇▆▅█
       FLAGS 3             VALUE REASON   CAUSE          ERRORS 2       MINUTE   TOTAL WHERE
       real_time_inventory on    STATIC                  partial_outage     31     412 checkout/payments
       recommendations     off   DEGRADED storefront/r…  transient           3     412 checkout/inventory
       user_reviews        on    STATIC
       EVENTS
       00:00:00  checkout/payments opened: 60 % of 10 calls failed
       00:00:00  checkout/payments opened: 60 % of 10 calls failed



       ? help · o hold open/release · q quit · tab pane · x problems only · j/k move"
    `);
  });
});

test('rows lose their colours once the data is old', async () => {
  const clock = new FakeClock();
  const model = modelOf(troubledShop(), clock);
  const draw = (): string => {
    const style = createStyle('basic', false);
    const app = createElement(App, { model, columns: 100, rows: 24, style, url });
    return renderToString(app, { columns: 100 }).split('\n').slice(1).join('\n');
  };
  const red = '\u001b[31';
  expect(draw()).toContain(red);
  await clock.advance(4_000);
  expect(draw()).toContain('checkout/payments');
  expect(draw()).not.toContain(red);
  model.close();
});

describe('with the keyboard', () => {
  function open(): { press: (keys: string) => void; shows: (text: string) => Promise<unknown> } {
    const model = modelOf(troubledShop(), systemClock);
    const app = render(<App model={model} columns={100} rows={24} style={plain} url={url} />);
    onTestFinished(() => {
      app.unmount();
      model.close();
    });
    return {
      press: (keys) => app.stdin.write(keys),
      shows: (text) => waitFor(() => app.lastFrame()?.includes(text), { what: text }),
    };
  }

  test('a breaker is held open after its effect was told', async () => {
    const { press, shows } = open();
    await shows('BREAKERS 6');
    press('o');
    await shows('Hold checkout/payments open?');
    await shows('Rejects every call to payments-api, now 12 calls/s');
    await shows('for     5 m [15 m] 1 h  4 h  1 d');
    await shows('reason _ What the next person on call should know');
    press('warehouse is being moved');
    await shows('reason warehouse is being moved_');
    press('\u007f\u007f');
    await shows('reason warehouse is being mov_');
    press('\r');
    await shows('checkout/payments held open (until 15:02:07)');
  });

  test('arrows, tab, space and n find their way', async () => {
    const { press, shows } = open();
    await shows('▸■ O  checkout/payments');
    press('\u001b[B');
    await shows('▸▣ F  checkout/shipping');
    press('\t');
    await shows('▸real_time_inventory');
    press(' ');
    await shows('Turn real_time_inventory off?');
    press('\u001b');
    await shows('space toggle');
  });

  test('keys that arrive together count one by one', async () => {
    const { press, shows } = open();
    await shows('▸■ O  checkout/payments');
    press('\tjj');
    await shows('▸user_reviews');
    press('\tgj');
    await shows('▸▣ F  checkout/shipping');
  });
});
