import { createAgent } from '@holdfast/agent';
import { FakeClock } from '@holdfast/agent/testing';
import { describe, expect, test } from 'vitest';
import type {
  CircuitBreaker,
  Permit,
} from '../../../../agent/src/primitives/circuit-breaker/circuit-breaker.ts';
import type { CircuitBreakerOptions } from '../../../../agent/src/primitives/circuit-breaker/options.ts';
import { type HangingCall, hang } from '../../support/breaker.ts';

/**
 * Cases of our own, for what the reference's do not show, as words in a row. `s` `f` `S` `F` `i` `c` are
 * calls that succeed, fail, are slow, fail slowly, are ignored, fail without counting; `r` is a call that is
 * turned away; `+5` lets 5 ms pass; `<a` begins a call, `a:s` ends it; `=open` is the state, `#3/2/1` calls,
 * failures and slow calls in the window, `?` and `%50/25` the two ratios; the rest are members, `!` where
 * they throw.
 */
const cases: readonly (readonly [title: string, options: CircuitBreakerOptions, script: string])[] = [
  ['opens on a success that completes the minimum', {}, 'f f s =closed s =open #4/2/0 %50/0'],
  ['opens exactly at the ratio', { failureRatio: 0.75 }, 's s f f =closed f =open'],
  ['an opening keeps the window to look at', {}, 'f f f f =open #4/4/0 r r #4/4/0'],
  [
    'decides only by what the window holds',
    { failureRatio: 0.75 },
    'f f s s =closed s f f s =closed f =open',
  ],
  ['what is ignored fills no window', {}, 'i i i i i f f f =closed #3/3/0 ? i f =open'],
  ['what does not count is a success', {}, 'c c c f =closed #4/1/0 f =open'],
  ['slow is longer, not as long', { slowCallMs: 100, slowCallRatio: 0.5 }, '<a +100 a:s #1/0/0 S #2/0/1'],
  ['opens at the ratio of slow calls', { slowCallRatio: 0.5 }, 's S s =closed S =open %0/50'],
  ['slow failures count twice', { failureRatio: 1, slowCallRatio: 0.5 }, 's s F =closed F =open %50/50'],
  ['rejects at the very end of its time', {}, 'f f f f +999 r +1 r +1 s =half_open'],
  ['the clock alone moves nothing', {}, 'f f f f +100000 =open s =half_open'],
  ['goes half open by its timer', { halfOpenAutomatically: true }, 'f f f f +999 =open +1 =half_open'],
  ['all probes well closes it, empty', {}, 'f f f f +1001 s =half_open s =closed #0/0/0 ?'],
  ['probes decide by the ratio', {}, 'f f f f +1001 s =half_open f =open #2/1/0'],
  ['a probe below the ratio closes it', { failureRatio: 0.6 }, 'f f f f +1001 s f =closed'],
  ['slow probes open it again', { slowCallRatio: 0.5 }, 'f f f f +1001 s S =open'],
  ['no more probes than permitted', {}, 'f f f f +1001 <a <b r r a:s r b:s =closed'],
  ['an ignored probe gives its permit back', {}, 'f f f f +1001 i i i s i s =closed'],
  ['the smaller of both minimums decides', { halfOpenCalls: 9 }, 'f f f f +1001 s s s =half_open s =closed'],
  [
    'a time window has probes by count',
    { window: { kind: 'time', seconds: 5 } },
    'f f f f +1001 +9000 s s =closed',
  ],
  ['the minimum of a count window is its size', { minimumCalls: 50 }, 'f f f =closed f =open'],
  [
    'that of a time window stays',
    { window: { kind: 'time', seconds: 5 }, minimumCalls: 6 },
    'f f f f f =closed f =open',
  ],
  [
    'a second leaves as a whole',
    { window: { kind: 'time', seconds: 2 } },
    '+900 f f +100 f #3/3/0 +999 #3/3/0 +1 #1/1/0',
  ],
  [
    'a long gap empties a time window',
    { window: { kind: 'time', seconds: 2 } },
    'f f f +60000 #0/0/0 f =closed #1/1/0',
  ],
  [
    'an open time window goes on forgetting',
    { window: { kind: 'time', seconds: 2 } },
    'f f f f =open #4/4/0 +5000 #0/0/0 ?',
  ],
  [
    'a hanging probe leads to open',
    { halfOpenMaxWaitMs: 500 },
    'f f f f +1001 <a +499 =half_open +1 =open r',
  ],
  [
    'or to closed',
    { halfOpenMaxWaitMs: 500, halfOpenMaxWaitTo: 'closed' },
    'f f f f +1001 <a +500 =closed a:f =closed #0/0/0',
  ],
  ['a late failure does not open', {}, '<a <b <c <d forceOpen close a:f b:f c:f d:f =closed #0/0/0'],
  ['a late success does not close', {}, '<a <b f f f f +1001 s =half_open a:s b:s =half_open #1/0/0'],
  [
    'a late probe has no say in the next round',
    { halfOpenCalls: 1 },
    'f f f f +1001 <a open +1001 s =closed a:f =closed #0/0/0',
  ],
  ['closing by hand empties the window', {}, 'f f f close #0/0/0 f =closed'],
  ['forced open never recovers', {}, 'forceOpen r +1000000 r =forced_open close s =closed'],
  ['disabled records nothing', {}, 'disable f f f f f =disabled #0/0/0 close f =closed #1/1/0'],
  ['metrics only never opens', {}, 'metricsOnly f f f f f =metrics_only %100/0'],
  ['no way from closed to half open', {}, '!halfOpen =closed'],
  [
    'no way from metrics only to open',
    {},
    'metricsOnly !open =metrics_only !halfOpen forceOpen =forced_open',
  ],
  [
    'ways out of forced open',
    {},
    'forceOpen halfOpen =half_open forceOpen open =open forceOpen disable =disabled',
  ],
  [
    'ways out of disabled',
    {},
    'disable open =open disable halfOpen =half_open disable metricsOnly =metrics_only',
  ],
  [
    'to the same state begins it anew',
    {},
    'open +900 open +900 r +101 s =half_open halfOpen #0/0/0 s s =closed',
  ],
  [
    'a reset closes from anywhere',
    {},
    'f reset #0/0/0 forceOpen reset =closed open reset =closed disable reset =closed',
  ],
  ['begins as told', { initialState: 'open' }, '=open r +1001 s s =closed'],
  ['begins forced open', { initialState: 'forced_open' }, 'r +5000 r =forced_open'],
  ['begins half open', { initialState: 'half_open' }, '<a <b r a:f b:f =open'],
  ['begins disabled', { initialState: 'disabled' }, 'f f f f f =disabled'],
  ['a permit given back is used again', { initialState: 'half_open' }, '<a <b r a:x s b:s =closed'],
  [
    'opens longer each time, and starts over after a close',
    { openDurationMs: (attempt) => attempt * 1_000, halfOpenCalls: 1 },
    'f f f f +1001 f =open +1001 r +1000 f =open +3001 s =closed f f f f +1000 r +1 s =closed',
  ],
];

const base: CircuitBreakerOptions = {
  window: { kind: 'count', size: 4 },
  minimumCalls: 4,
  openDurationMs: 1_000,
  halfOpenCalls: 2,
  slowCallMs: 100,
  ignores: (error) => error === 'ignored',
  countsAsFailure: (error) => error !== 'not counted',
};

describe.each([
  ['execute', true],
  ['permits', false],
])('by %s', (_way, executes) => {
  test.each(cases)('%s', async (_title, options, script) => {
    const clock = new FakeClock(1_700_000_000_000);
    const agent = createAgent({ service: 'shop', collector: false, clock });
    const breaker = agent.circuitBreaker('payments', { ...base, ...options });
    const player = new Player(breaker, clock, executes);
    for (const [index, word] of script.split(' ').entries())
      expect(await player.take(word), `word ${index}, ${word}`).toBe(word);
    await agent.close({ timeoutMs: 0 });
  });
});

const outcomes: Readonly<Record<string, { readonly error?: string; readonly tookMs?: number }>> = {
  s: {},
  S: { tookMs: 101 },
  f: { error: 'failed' },
  F: { error: 'failed', tookMs: 101 },
  i: { error: 'ignored' },
  c: { error: 'not counted' },
};

interface OpenCall {
  end(word: string): void;
}

/** Does what the words say. */
class Player {
  readonly #breaker: CircuitBreaker;
  readonly #clock: FakeClock;
  readonly #begin: () => OpenCall | undefined;
  readonly #calls = new Map<string, OpenCall>();

  constructor(breaker: CircuitBreaker, clock: FakeClock, executes: boolean) {
    this.#breaker = breaker;
    this.#clock = clock;
    this.#begin = () => (executes ? executed(breaker) : permitted(breaker));
  }

  /** Answers the word itself, or what was seen instead. */
  async take(word: string): Promise<string> {
    const seen = await this.#do(word);
    await this.#clock.advance(0);
    return seen;
  }

  async #do(word: string): Promise<string> {
    const [first = '', rest = word.slice(1)] = [word[0]];
    const { state, metrics } = this.#breaker;
    const { callCount, failureCount, slowCallCount, failureRatio, slowCallRatio } = metrics;
    const [call, end] = word.split(':');
    if (end !== undefined) this.#calls.get(call ?? '')?.end(end);
    else if (first === '+') await this.#clock.advance(Number(rest));
    else if (first === '=') return `=${state}`;
    else if (first === '#') return `#${callCount}/${failureCount}/${slowCallCount}`;
    else if (first === '?') return failureRatio === undefined && slowCallRatio === undefined ? '?' : 'known';
    else if (first === '%') return `%${100 * (failureRatio ?? -1)}/${100 * (slowCallRatio ?? -1)}`;
    else if (first === '!') return this.#control(rest) ? rest : word;
    else if (first === '<') return this.#start(rest);
    else if (word.length === 1) return this.#call(word);
    else return this.#control(word) ? word : `!${word}`;
    return word;
  }

  async #call(word: string): Promise<string> {
    const call = this.#begin();
    if (call === undefined) return 'r';
    if (word === 'r') return 'let in';
    await this.#clock.advance(outcomes[word]?.tookMs ?? 0);
    call.end(word);
    return word;
  }

  #start(name: string): string {
    const call = this.#begin();
    if (call !== undefined) this.#calls.set(name, call);
    return call === undefined ? 'r' : `<${name}`;
  }

  /** Whether it is allowed. */
  #control(member: string): boolean {
    const members: Readonly<Record<string, () => void>> = {
      forceOpen: () => this.#breaker.forceOpen('by the script'),
      disable: () => this.#breaker.disable('by the script'),
      metricsOnly: () => this.#breaker.metricsOnly('by the script'),
      open: () => this.#breaker.open('by the script'),
      halfOpen: () => this.#breaker.halfOpen('by the script'),
      close: () => this.#breaker.close('by the script'),
      reset: () => this.#breaker.reset(),
    };
    try {
      members[member]?.();
      return true;
    } catch {
      return false;
    }
  }
}

function permitted(breaker: CircuitBreaker): OpenCall | undefined {
  const permit: Permit | undefined = breaker.tryAcquire();
  return (
    permit && {
      end(word) {
        const { error } = outcomes[word] ?? {};
        if (word === 'x') permit.release();
        else if (error === undefined) permit.succeed();
        else permit.fail(error);
      },
    }
  );
}

function executed(breaker: CircuitBreaker): OpenCall | undefined {
  const before = breaker.metrics.rejectedCount;
  const controller = new AbortController();
  const call: HangingCall<string> = hang((fn) => breaker.execute(fn, { signal: controller.signal }));
  if (breaker.metrics.rejectedCount > before) return undefined;
  return {
    end(word) {
      const { error } = outcomes[word] ?? {};
      if (word === 'x') controller.abort();
      if (word === 'x' || error !== undefined) call.reject(error);
      else call.resolve('fine');
    },
  };
}
