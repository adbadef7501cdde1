import type { FaultClass, ModeOrder, ShopService } from './shop.ts';
import type { Story, Turn, Wait } from './story.ts';

/** A service that is told to fail heals by itself after this, should the story end before it says so. */
const forMs = 90_000;

const calm: Turn = {
  line: 'Calm. Every call gets its answer and every breaker is closed.',
  wait: seconds(25),
};

const payments: readonly Turn[] = [
  turn('payments slows down: a charge takes a third of a second. Nothing fails yet; watch its p99.', {
    ...act('payments', { mode: 'slow', delayMs: 330, forMs }),
    wait: seconds(8),
  }),
  turn('payments takes longer than the 800 ms that checkout waits: charges time out, retries time out too.', {
    ...act('payments', { mode: 'slow', delayMs: 2_000, forMs }),
    wait: breaker('checkout/payments', 'open', 20),
  }),
  turn('The breaker checkout/payments has opened: nobody waits for payments any more.', { wait: seconds(3) }),
  turn('Its flag instant_payment has fallen to off: orders are taken, their payment is pending.', {
    wait: seconds(15),
  }),
  turn('payments is well again. The breaker lets three probes through when its 8 s are over.', {
    ...act('payments', { mode: 'healthy' }),
    wait: breaker('checkout/payments', 'closed', 30),
  }),
  turn('The breaker has closed, the flag is back, and checkout charges what was pending.', {
    wait: seconds(20),
  }),
];

const inventory: readonly Turn[] = [
  turn('inventory refuses connections: no stock, no reviews, no reservations.', {
    ...act('inventory', { mode: 'refusing', forMs }),
    wait: breaker('storefront/inventory', 'open', 20),
  }),
  turn('Two flags hang on it: pages come at once, without reviews and with "in stock, probably".', {
    wait: seconds(15),
  }),
  turn('inventory listens again. A health check behind each flag finds out.', {
    ...act('inventory', { mode: 'healthy' }),
    wait: breaker('storefront/inventory', 'closed', 30),
  }),
  turn('Reviews and stock are back.', { wait: seconds(15) }),
];

const crash: readonly Turn[] = [
  turn('checkout crashes. It is started again on the same port in 9 s.', {
    ...act('checkout', { mode: 'crash', forMs: 9_000 }),
    wait: breaker('storefront/recommendations', 'open', 15),
  }),
  turn('Without checkout there are no recommendations: pages show what is popular.', {
    wait: breaker('storefront/recommendations', 'closed', 40),
  }),
  turn('checkout is back and knows every order that it took before.', { wait: seconds(15) }),
];

export const defaultStory: Story = {
  name: 'full',
  summary: 'payments slow, timeouts, breaker, flags, recovery; inventory refuses; checkout crashes',
  turns: [calm, ...payments, ...inventory, ...crash],
};

export const stories: readonly Story[] = [
  defaultStory,
  { name: 'payments', summary: 'payments gets slow until its breaker opens', turns: [calm, ...payments] },
  { name: 'inventory', summary: 'inventory refuses connections', turns: [calm, ...inventory] },
  { name: 'crash', summary: 'checkout crashes and comes back', turns: [calm, ...crash] },
  {
    name: 'errors',
    summary: 'payments answers with each class of error in turn',
    turns: [
      calm,
      ...errors('transient', '503: try again, it may pass.'),
      ...errors('throttled', '429 with Retry-After: slow down.'),
      ...errors('partial_outage', '500 and 502: a part of it is broken.'),
      ...errors('critical', '501: no retry will ever help.'),
      ...errors('caller', "400: the caller's own fault, so no breaker counts it."),
    ],
  },
  {
    name: 'overload',
    summary: 'inventory gets more than it can do',
    turns: [
      calm,
      turn('inventory works on two requests at a time and sends the others away with 429 and 503.', {
        ...act('inventory', { mode: 'overloaded', forMs }),
        wait: seconds(30),
      }),
      turn('inventory keeps up again.', { ...act('inventory', { mode: 'healthy' }), wait: seconds(20) }),
    ],
  },
];

function errors(errorClass: FaultClass, meaning: string): Turn[] {
  return [
    turn(`payments answers ${meaning} Class: ${errorClass}.`, {
      ...act('payments', { mode: 'erroring', errorClass, forMs }),
      wait: seconds(15),
    }),
    turn('payments is well again.', {
      ...act('payments', { mode: 'healthy' }),
      wait: breaker('checkout/payments', 'closed', 30),
    }),
  ];
}

function turn(line: string, rest: Omit<Turn, 'line'>): Turn {
  return { line, ...rest };
}

function act(service: ShopService, order: ModeOrder): Pick<Turn, 'act'> {
  return { act: { service, order } };
}

function seconds(count: number): Wait {
  return { kind: 'pause', seconds: count };
}

function breaker(address: string, state: 'open' | 'closed', atMostSeconds: number): Wait {
  return { kind: 'breaker', address, state, atMostSeconds };
}
