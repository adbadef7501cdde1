import { readAgentMessage } from '@holdfast/shared';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const hello = {
  type: 'hello',
  protocol: 1,
  service: 'checkout',
  instance: 'checkout-1',
  epoch: 'e1',
  tags: {},
  agentVersion: '0.1.0',
  first: 1,
  next: 1,
  desiredVersion: 0,
  startedAt: 1,
  sentAt: 2,
};
const columns = { at: 100, resource: [0], second: [0], counts: { success: [1] }, gauges: {}, latency: [[]] };
const batch = { type: 'batch', seq: 1, sealedAt: 3, rollups: columns };

function problemOf(message: unknown): string {
  const result = readAgentMessage(JSON.stringify(message));
  return result.ok ? 'accepted' : result.problem;
}

test('a hello is read whole, without the fields that nobody knows', () => {
  const result = readAgentMessage(JSON.stringify({ ...hello, colour: 'red' }));
  expect(result).toEqual({ ok: true, value: hello });
});

test('an event of an unknown kind is left out, the rest kept', () => {
  const events = [
    { kind: 'moon.landed', at: 1 },
    { kind: 'agent.started', at: 2 },
  ];
  const result = readAgentMessage(JSON.stringify({ ...batch, events }));
  expect(result.ok && result.value.type === 'batch' && result.value.events).toEqual([
    { kind: 'agent.started', at: 2 },
  ]);
});

test.each([
  ['no JSON', undefined, 'frame is not JSON'],
  ['a list', [], 'frame must be an object, got an array of 0'],
  ['an unknown type', { type: 'hallo' }, 'frame.type must be one of hello, batch'],
  ['a bad service', { ...hello, service: '../etc' }, 'frame.service must be a letter or digit'],
  ['another protocol', { ...hello, protocol: 2 }, 'frame.protocol must be between 1 and 1, got 2'],
  ['a poisoned tag', JSON.parse('{"__proto__":"x"}'), 'frame.type must be one of'],
  ['no sequence number', { ...batch, seq: undefined }, 'frame.seq must be a whole number, got nothing'],
  [
    'a negative count',
    { ...batch, rollups: { ...columns, counts: { success: [-1] } } },
    'counts.success[0] must be a count',
  ],
  [
    'a short column',
    { ...batch, rollups: { ...columns, second: [] } },
    'rollups.second must be an array of 1',
  ],
  [
    'buckets out of order',
    { ...batch, rollups: { ...columns, latency: [[5, 1, 4, 1]] } },
    'latency[0] must be pairs of ascending bucket',
  ],
  [
    'a bucket too high',
    { ...batch, rollups: { ...columns, latency: [[9_999, 1]] } },
    'latency[0] must be pairs of ascending bucket',
  ],
])('%s is refused with the place and what would be right', (_name, message, expected) => {
  const problem = message === undefined ? readAgentMessage('{oops') : undefined;
  expect(problem === undefined ? problemOf(message) : !problem.ok && problem.problem).toContain(expected);
});

test('no frame makes the parser throw', () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 4 }),
      fc.constantFrom('hello', 'batch', 'applied', 'bye', 'ping'),
      (body, type) => {
        const object = typeof body === 'object' && body !== null && !Array.isArray(body) ? body : {};
        expect(readAgentMessage(JSON.stringify({ ...batch, ...object, type }))).toHaveProperty('ok');
      },
    ),
  );
});

test('what steers a terminal is taken out of all texts', () => {
  const steering = [
    '\u001b]52;c;cm0gLXJm\u0007',
    '\u009b31m',
    '\u202egnp.exe',
    '\u2066x\u2069',
    'a\r\n\tb',
    '\u2028',
    '\0',
  ];
  const forbidden = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u;
  for (const bad of steering) {
    const error = {
      class: 'transient',
      severity: 'low',
      fingerprint: bad,
      message: bad,
      code: bad,
      why: bad,
    };
    const messages = [
      { ...hello, version: bad, environment: bad, epoch: `e${bad}`, tags: { [`t${bad}`]: bad } },
      { ...batch, events: [{ kind: 'error.sampled', at: 1, resource: 0, error, operation: bad }] },
      {
        ...batch,
        dictionary: { from: 0, add: [{ kind: 'retry', name: 'r', dependency: bad, config: { a: bad } }] },
      },
    ];
    for (const message of messages) {
      const result = readAgentMessage(JSON.stringify(message));
      expect(result).toMatchObject({ ok: true });
      expect(textsIn(result).filter((one) => forbidden.test(one))).toEqual([]);
    }
  }
  const result = readAgentMessage(JSON.stringify({ ...hello, version: 'line 1\r\nline 2 \u{1f980} \u0645' }));
  expect(result).toMatchObject({ value: { version: 'line 1 line 2 \u{1f980} \u0645' } });
});

test('a name that becomes a forbidden one is forbidden', () => {
  expect(problemOf({ ...hello, tags: { 'constr\u0000uctor': 'x' } })).toContain('tags');
});

/** Every text in a value, names too. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [name, ...textsIn(member)]);
}
