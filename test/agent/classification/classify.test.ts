import { describe, expect, test } from 'vitest';
import type { Classification } from '../../../agent/src/classification/classifier.ts';
import { createClassifier } from '../../../agent/src/classification/classify.ts';
import type { ClassificationRule } from '../../../agent/src/classification/rules.ts';
import {
  CriticalError,
  PartialOutageError,
  ResilienceError,
  TransientError,
} from '../../../agent/src/errors.ts';

function classify(error: unknown, rules: readonly ClassificationRule[] = []): Classification {
  const internalError = (fault: unknown): never => {
    throw fault;
  };
  return createClassifier({ rules, now: () => Date.parse('2026-01-01T00:00:00Z'), internalError }).classify(
    error,
  );
}

function withCode(code: string, cause?: unknown): Error {
  return Object.assign(new Error('failed', { cause }), { code });
}

const source = { service: 's', primitive: 'bulkhead', name: 'b' } as const;

describe('what an error means', () => {
  test.each<[string, unknown, Partial<Classification>]>([
    ['a bad gateway', { status: 502 }, { class: 'partial_outage', retry: 'if_idempotent', code: 'HTTP_502' }],
    ['a status that no row names', { status: 599 }, { class: 'partial_outage', countsForBreaker: true }],
    [
      'a fetch response',
      new Response('', { status: 429 }),
      { class: 'throttled', retry: 'safe', countsForBreaker: false },
    ],
    [
      "an error's response",
      { response: { status: 404 } },
      { class: 'caller', retry: 'never', countsForBreaker: false },
    ],
    [
      'a status code',
      Object.assign(new Error('x'), { statusCode: 501 }),
      { class: 'critical', retry: 'never' },
    ],
    [
      'a refused connection',
      withCode('ECONNREFUSED'),
      { class: 'partial_outage', retry: 'safe', severity: 'medium' },
    ],
    [
      'a lost connection',
      withCode('ECONNRESET'),
      { class: 'transient', retry: 'if_idempotent', severity: 'low' },
    ],
    [
      'what fetch hides',
      new TypeError('fetch failed', { cause: withCode('UND_ERR_CONNECT_TIMEOUT') }),
      { class: 'partial_outage', code: 'UND_ERR_CONNECT_TIMEOUT' },
    ],
    [
      'all addresses refused',
      new TypeError('fetch failed', {
        cause: new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')]),
      }),
      { class: 'partial_outage', code: 'ECONNREFUSED' },
    ],
    ['our own exhaustion', withCode('EMFILE'), { class: 'critical', countsForBreaker: false }],
    [
      'an expired certificate',
      withCode('CERT_HAS_EXPIRED'),
      { class: 'critical', retry: 'never', countsForBreaker: true },
    ],
    [
      'a call that was given up',
      new DOMException('x', 'AbortError'),
      { class: 'cancelled', countsForBreaker: false },
    ],
    [
      "a signal's time-out",
      new DOMException('x', 'TimeoutError'),
      { class: 'partial_outage', countsForBreaker: true },
    ],
    ['a mistake in the program', new TypeError('x is not a function'), { class: 'critical', retry: 'never' }],
    [
      'what nobody knows',
      new Error('?'),
      { class: 'unknown', retry: 'never', countsForBreaker: true, severity: 'medium' },
    ],
    ['a thrown string', 'no', { class: 'unknown' }],
    ['nothing', undefined, { class: 'unknown' }],
    [
      'an own rejection',
      new ResilienceError({ code: 'HOLDFAST_BULKHEAD_FULL', message: 'full', source }),
      { class: 'rejected', retry: 'never', countsForBreaker: false },
    ],
    [
      'an own rejection as a cause',
      new Error('wrapped', {
        cause: new ResilienceError({ code: 'HOLDFAST_CIRCUIT_OPEN', message: 'open', source }),
      }),
      { class: 'rejected' },
    ],
    [
      'an own time-out',
      new ResilienceError({ code: 'HOLDFAST_TIMED_OUT', message: 'slow', source }),
      { class: 'partial_outage', countsForBreaker: true },
    ],
    [
      'retries that did not help',
      new ResilienceError({
        code: 'HOLDFAST_RETRIES_EXHAUSTED',
        message: 'x',
        source,
        cause: { status: 503 },
      }),
      { class: 'partial_outage', code: 'HTTP_503' },
    ],
  ])('%s', (_what, error, expected) => {
    expect(classify(error)).toMatchObject(expected);
  });

  test.each([
    [new TransientError('x'), 'transient', 'low'],
    [new PartialOutageError('x'), 'partial_outage', 'medium'],
    [new CriticalError('x', { cause: { status: 404 } }), 'critical', 'high'],
  ])('%s is taken at its word', (error, errorClass, severity) => {
    expect(classify(error)).toMatchObject({ class: errorClass, severity, why: `thrown as ${error.name}` });
  });

  test('it says why', () => {
    expect(classify({ status: 503 }).why).toBe('HTTP status 503');
    expect(classify(withCode('EPIPE')).why).toBe('code EPIPE');
    expect(classify(new Error('?')).why).toBe('unclassified: no rule and no table knows it');
    expect(classify(new Error('?', { cause: withCode('EPIPE') })).why).toBe('code EPIPE in its cause');
  });

  test('an error whose properties throw is unknown and reported', () => {
    const faults: unknown[] = [];
    const classifier = createClassifier({ now: () => 0, internalError: (fault) => faults.push(fault) });
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
      },
    );
    expect(classifier.classify(hostile)).toMatchObject({
      class: 'unknown',
      why: 'unclassified: it could not be read',
    });
    expect(faults).toHaveLength(1);
  });

  test('a chain of causes that bites its tail ends', () => {
    const error = new Error('a');
    error.cause = new Error('b', { cause: error });
    expect(classify(error).class).toBe('unknown');
  });
});

describe('when to come back', () => {
  test.each<[unknown, number | undefined]>([
    [{ status: 503, headers: { 'retry-after': '7' } }, 7_000],
    [{ response: { status: 429, headers: new Headers({ 'Retry-After': '0.5' }) } }, 500],
    [{ status: 503, headers: { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' } }, 30_000],
    [{ status: 503, headers: { 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' } }, 0],
    [{ status: 503, headers: { 'retry-after': '99999999' } }, 3_600_000],
    [{ status: 503, headers: { 'retry-after': 'soon' } }, undefined],
    [{ status: 503 }, undefined],
  ])('%o', (error, retryAfterMs) => {
    expect(classify(error).retryAfterMs).toBe(retryAfterMs);
  });

  test('who says when to come back has not processed the call', () => {
    expect(classify({ status: 503 }).retry).toBe('if_idempotent');
    expect(classify({ status: 503, headers: { 'retry-after': '1' } }).retry).toBe('safe');
  });
});

describe('rules of the host', () => {
  test('the first that matches goes before everything else', () => {
    const rules: ClassificationRule[] = [
      { match: { status: 404 }, class: 'transient', retry: 'safe', why: 'it appears with a delay' },
      { match: () => true, class: 'critical' },
    ];
    expect(classify({ status: 404 }, rules)).toMatchObject({
      class: 'transient',
      severity: 'low',
      retry: 'safe',
      countsForBreaker: true,
      code: 'HTTP_404',
      why: 'it appears with a delay',
    });
    expect(classify({ status: 500 }, rules)).toMatchObject({ class: 'critical', why: 'rule 2' });
  });

  test('all given facts must hold, on the error or a cause', () => {
    const rules: ClassificationRule[] = [
      { match: { code: 'E_BUSY', name: 'StoreError' }, class: 'throttled' },
    ];
    const busy = Object.assign(new Error('x'), { code: 'E_BUSY', name: 'StoreError' });
    expect(classify(new Error('wrapped', { cause: busy }), rules).class).toBe('throttled');
    expect(classify(withCode('E_BUSY'), rules).class).toBe('unknown');
  });

  test('a question that throws is reported and does not match', () => {
    const faults: unknown[] = [];
    const classifier = createClassifier({
      rules: [
        {
          match: () => {
            throw new Error('no');
          },
          class: 'caller',
        },
      ],
      now: () => 0,
      internalError: (fault) => faults.push(fault),
    });
    expect(classifier.classify(new Error('?')).class).toBe('unknown');
    expect(faults).toHaveLength(1);
  });

  test.each<[unknown, string]>([
    [{}, '`classification` must be an array'],
    [[{ match: () => true }], '`classification[0].class` must be one of'],
    [[{ match: () => true, class: 'fatal' }], '`classification[0].class` must be one of transient,'],
    [[{ match: {}, class: 'caller' }], '`classification[0].match` must name a code, a name or a status'],
    [[{ match: { codes: 'x' }, class: 'caller' }], '`classification[0].match.codes` is not an option'],
  ])('%o are refused', (rules, problem) => {
    expect(() => classify(new Error('?'), rules as ClassificationRule[])).toThrow(problem);
  });
});

describe('the fingerprint', () => {
  test.each([
    ['order 17 failed', 'order 18 failed'],
    ['no user "ada"', 'no user "grace"'],
    ['lock 7f3a9c1e-aa11 held', 'lock 0b1c2d3e4f-bb22 held'],
  ])('%s and %s are the same error', (a, b) => {
    expect(classify(new Error(a)).fingerprint).toBe(classify(new Error(b)).fingerprint);
  });

  test('kind and code tell errors apart', () => {
    const prints = [new Error('x'), new TypeError('x'), withCode('EPIPE'), new Error('y')];
    expect(new Set(prints.map((error) => classify(error).fingerprint)).size).toBe(4);
  });
});
