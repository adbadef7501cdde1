import { describe, expect, test } from 'vitest';
import { type Classification, createAgent } from '@holdfast/agent';
import { errorOf, rowOf, rows } from '../support/classification.ts';

const agent = createAgent({ service: 'shop', collector: false });
const {
  again,
  broken,
  caller,
  cancelled,
  exhausted,
  inHand,
  ours,
  outage,
  passing,
  refused,
  throttled,
  unknown,
} = rows;

describe('gRPC', () => {
  const byStatus = [
    cancelled,
    outage,
    caller,
    outage,
    caller,
    caller,
    caller,
    exhausted,
    caller,
    again,
    caller,
    ours,
    outage,
    refused,
    broken,
    caller,
  ];

  test.each(byStatus.map((row, index) => [index + 1, row] as const))('status %i: %s', (code, row) => {
    expect(rowOf(errorOf({ code, details: '' }))).toBe(row);
    expect(rowOf(errorOf({ code, metadata: new Map() }))).toBe(row);
  });

  test('the same numbers of others mean nothing', () => {
    expect(rowOf(errorOf({ code: 14 }))).toBe(unknown);
    expect(rowOf(new DOMException('x', 'DataCloneError'))).toBe(unknown);
  });

  test('its name is the code', () => {
    expect(agent.classify(errorOf({ code: 14, details: '' }))).toMatchObject({
      code: 'GRPC_UNAVAILABLE',
      why: 'gRPC status UNAVAILABLE',
    });
  });

  test.each<[string, string, Partial<Classification>]>([
    ['500', throttled, { retryAfterMs: 500 }],
    ['-1', exhausted, {}],
    ['soon', exhausted, {}],
  ])('a pushback of %s: %s', (pushback, row, facts) => {
    const error = errorOf({
      code: 8,
      details: '',
      metadata: new Map([['grpc-retry-pushback-ms', [pushback]]]),
    });
    expect(rowOf(error)).toBe(row);
    expect(agent.classify(error)).toMatchObject(facts);
  });

  test('a pushback that forbids retries stops what would be retried', () => {
    const metadata = new Map([['grpc-retry-pushback-ms', ['-1']]]);
    const found = agent.classify(errorOf({ code: 14, details: '', metadata }));
    expect(found).toMatchObject({ retry: 'never', why: 'gRPC status UNAVAILABLE that asks for no retry' });
  });

  test('a message that is too large is the caller’s', () => {
    const message = '8 RESOURCE_EXHAUSTED: Received message larger than max (5000000 vs 4194304)';
    expect(rowOf(errorOf({ code: 8, details: message.slice(22) }, message))).toBe(caller);
  });
});

describe('AWS', () => {
  test.each([
    [throttled, 'ThrottlingException Throttling SlowDown TooManyRequestsException RequestLimitExceeded'],
    [throttled, 'ProvisionedThroughputExceededException LimitExceededException EC2ThrottledException'],
    [
      throttled,
      'BandwidthLimitExceeded PriorRequestNotComplete RequestThrottled TransactionInProgressException',
    ],
    [passing, 'RequestTimeout RequestTimeoutException'],
    [inHand, 'RequestTimeTooSkewed RequestExpired InvalidSignatureException'],
  ])('%s: %s', (row, names) => {
    for (const name of names.split(' ')) {
      const v3 = errorOf({ name, $fault: 'client', $metadata: { httpStatusCode: 400 } });
      expect([name, rowOf(v3)]).toEqual([name, row]);
      expect([name, rowOf(errorOf({ code: name, statusCode: 400 }))]).toEqual([name, row]);
    }
  });

  test('an unknown name leaves it to the status', () => {
    expect(rowOf(errorOf({ name: 'InternalError', $metadata: { httpStatusCode: 500 } }))).toBe(outage);
  });
});
