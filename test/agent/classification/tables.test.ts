import { describe, expect, test } from 'vitest';
import { createAgent } from '@holdfast/agent';
import type { Classification } from '@holdfast/agent';

const agent = createAgent({ service: 'shop', collector: false });

/** Class, retry, and whether the breaker counts it: what a row of a table says. */
function rowOf(error: unknown): string {
  const { class: errorClass, retry, countsForBreaker } = agent.classify(error);
  return `${errorClass} ${retry} ${countsForBreaker ? 'counts' : 'does not count'}`;
}

const refused = 'partial_outage safe counts';
const outage = 'partial_outage if_idempotent counts';
const passing = 'transient if_idempotent counts';
const unsent = 'transient safe counts';
const again = 'transient safe does not count';
const inHand = 'transient never does not count';
const throttled = 'throttled safe does not count';
const exhausted = 'throttled never does not count';
const caller = 'caller never does not count';
const cancelled = 'cancelled never does not count';
const rejected = 'rejected never does not count';
const broken = 'critical never counts';
const ours = 'critical never does not count';
const spent = 'critical safe does not count';
const unknown = 'unknown never counts';

function errorOf(facts: object, message = 'failed'): Error {
  return Object.assign(new Error(message), facts);
}

describe('HTTP statuses', () => {
  test.each([
    [passing, [100, 103, 408]],
    [again, [421, 425]],
    [throttled, [429]],
    [caller, [400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 423]],
    [ours, [501, 505]],
    [outage, [500, 502, 503, 504, 507, 520, 521, 522, 524, 599]],
    [unknown, [200, 301, 600]],
  ])('%s', (row, statuses) => {
    for (const status of statuses) {
      expect([status, rowOf({ status })]).toEqual([status, row]);
      expect(rowOf(errorOf({ response: { statusCode: status } }))).toBe(row);
    }
  });

  test('too large is tried again only where the answer says when', () => {
    expect(rowOf({ status: 413, headers: { 'retry-after': '3' } })).toBe(again);
  });
});

describe('codes of Node, undici, axios and got', () => {
  test.each([
    [refused, 'ECONNREFUSED ENOTFOUND ENETUNREACH EHOSTUNREACH EHOSTDOWN ENETDOWN UND_ERR_CONNECT_TIMEOUT'],
    [refused, 'ERR_SOCKET_CONNECTION_TIMEOUT ERR_TLS_HANDSHAKE_TIMEOUT CONNECT_TIMEOUT'],
    [unsent, 'EAI_AGAIN ERR_HTTP2_GOAWAY_SESSION ERR_HTTP2_INVALID_SESSION'],
    [
      passing,
      'ECONNRESET EPIPE ECONNABORTED UND_ERR_SOCKET ERR_STREAM_PREMATURE_CLOSE ERR_HTTP2_STREAM_ERROR',
    ],
    [outage, 'ETIMEDOUT ESOCKETTIMEDOUT UND_ERR_HEADERS_TIMEOUT UND_ERR_BODY_TIMEOUT HPE_INVALID_CONSTANT'],
    [outage, 'ERR_NETWORK ERR_BAD_RESPONSE PROTOCOL_CONNECTION_LOST'],
    [cancelled, 'ABORT_ERR ERR_CANCELED UND_ERR_ABORTED'],
    [rejected, 'EOPENBREAKER ESEMLOCKED'],
    [inHand, 'UND_ERR_REQ_RETRY'],
    [again, 'EADDRINUSE'],
    [spent, 'EADDRNOTAVAIL EMFILE ENFILE ENOBUFS ENOMEM'],
    [ours, 'ENOSPC EROFS EDQUOT EIO EACCES EPERM ENOENT ERR_INVALID_URL UND_ERR_INVALID_ARG'],
    [ours, 'UND_ERR_NOT_SUPPORTED UND_ERR_REQ_CONTENT_LENGTH_MISMATCH UND_ERR_RES_CONTENT_LENGTH_MISMATCH'],
    [ours, 'UND_ERR_HEADERS_OVERFLOW UND_ERR_RES_EXCEEDED_MAX_SIZE UND_ERR_DESTROYED UND_ERR_CLOSED'],
    [
      broken,
      'CERT_HAS_EXPIRED UNABLE_TO_VERIFY_LEAF_SIGNATURE HOSTNAME_MISMATCH ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    [broken, 'DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN CERT_SIGNATURE_FAILURE EPROTO'],
    [caller, 'ERR_BAD_REQUEST'],
    [unknown, 'E_SOMETHING'],
  ])('%s: %s', (row, codes) => {
    for (const code of codes.split(' ')) expect([code, rowOf(errorOf({ code }))]).toEqual([code, row]);
  });
});

describe('how far a call came goes before its code', () => {
  test.each([
    ['a connection that was never made', { code: 'ETIMEDOUT', syscall: 'connect' }, refused],
    ['a reset while connecting', { code: 'ECONNRESET', syscall: 'connect' }, refused],
    ['a reset while reading', { code: 'ECONNRESET', syscall: 'read' }, passing],
    ['a name that could not be looked up in time', { code: 'ETIMEOUT', syscall: 'queryA' }, refused],
    ['a Unix socket that is not there', { code: 'ENOENT', syscall: 'connect' }, refused],
    ['a file that is not there', { code: 'ENOENT', syscall: 'open' }, ours],
    ['no leave to connect', { code: 'EACCES', syscall: 'connect' }, ours],
    ["got's time-out while connecting", { code: 'ETIMEDOUT', event: 'secureConnect' }, refused],
    ["got's time-out of the answer", { code: 'ETIMEDOUT', event: 'response' }, outage],
  ])('%s', (_what, facts, row) => {
    expect(rowOf(errorOf(facts))).toBe(row);
    expect(rowOf(new TypeError('fetch failed', { cause: errorOf(facts) }))).toBe(row);
  });

  test('a TLS handshake that broke off sent nothing', () => {
    const message = 'Client network socket disconnected before secure TLS connection was established';
    expect(rowOf(errorOf({ code: 'ECONNRESET' }, message))).toBe(unsent);
    expect(rowOf(errorOf({ code: 'ECONNRESET' }, 'socket hang up'))).toBe(passing);
  });

  test('an HTTP/2 stream that was refused was not processed', () => {
    const error = errorOf(
      { code: 'ERR_HTTP2_STREAM_ERROR' },
      'Stream closed with error code NGHTTP2_REFUSED_STREAM',
    );
    expect(rowOf(error)).toBe(again);
  });
});

describe('gRPC', () => {
  const rows = [
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

  test.each(rows.map((row, index) => [index + 1, row] as const))('status %i: %s', (code, row) => {
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

  test('an error without a name of its own is told by its status', () => {
    expect(rowOf(errorOf({ name: 'InternalError', $metadata: { httpStatusCode: 500 } }))).toBe(outage);
  });
});

describe('PostgreSQL', () => {
  test.each([
    [again, '40001 40P01 55P03 55006'],
    [refused, '08001 57P03 53300'],
    [outage, '08000 08003 08006 57P01 57P02 53400 57014'],
    [broken, '53100 53200 58030 XX000 XX001 XX002 57P04 25006'],
    [ours, '08007 08004 28P01 28000 3D000 25P02'],
    [caller, '22001 22P02 23505 23503 42P01 42703 P0001 0A000'],
    [unknown, 'HV000 P2002'],
  ])('%s: %s', (row, codes) => {
    for (const code of codes.split(' '))
      expect([code, rowOf(errorOf({ code, severity: 'ERROR', routine: 'x' }))]).toEqual([code, row]);
  });

  test.each([
    ['Connection terminated unexpectedly', outage],
    ['Query read timeout', outage],
    ['timeout exceeded when trying to connect', refused],
    ['Connection terminated due to connection timeout', refused],
    ['Client was closed and is not queryable', ours],
  ])('the driver says without a code: %s', (message, row) => {
    expect(rowOf(new Error(message))).toBe(row);
  });

  test('a statement that its caller cancelled is cancelled', () => {
    const message = 'canceling statement due to user request';
    expect(rowOf(errorOf({ code: '57014' }, message))).toBe(cancelled);
  });
});

describe('MySQL', () => {
  test.each([
    [again, [1205, 1213, 3572, 3058, 1412]],
    [refused, [1040, 1203, 1226]],
    [outage, [1053, 1077, 1152, 1158, 1159, 1160, 1161, 4031, 1317, 3024]],
    [broken, [1290, 1836, 1792, 1129]],
    [ours, [1180, 1045, 3159]],
    [caller, [1062, 1064, 1146, 1264, 1451, 1452]],
    [unknown, [1999]],
  ])('%s: %o', (row, numbers) => {
    for (const errno of numbers)
      expect([errno, rowOf(errorOf({ errno, code: 'ER_X', sqlState: 'HY000' }))]).toEqual([errno, row]);
  });

  test('a connection that was lost', () => {
    expect(rowOf(errorOf({ code: 'PROTOCOL_CONNECTION_LOST', fatal: true }))).toBe(outage);
    expect(rowOf(errorOf({ code: 'ER_NEW', errno: 9_999, sqlState: 'HY000', fatal: true }))).toBe(outage);
    const refusal = { code: 'ECONNREFUSED', errno: -111, syscall: 'connect', fatal: true };
    expect(rowOf(errorOf(refusal))).toBe(refused);
  });

  test('its code is the name', () => {
    const deadlock = errorOf({ errno: 1213, code: 'ER_LOCK_DEADLOCK', sqlState: '40001' });
    expect(agent.classify(deadlock)).toMatchObject({ code: 'ER_LOCK_DEADLOCK', why: 'MySQL error 1213' });
  });
});

describe('Redis', () => {
  test.each([
    [again, 'MOVED 1 10.0.0.1:1', 'ASK 1 10.0.0.1:1'],
    [unsent, 'TRYAGAIN Multiple keys', 'LOADING Redis is loading the dataset in memory'],
    [
      refused,
      'CLUSTERDOWN The cluster is down',
      'MASTERDOWN Link with MASTER is down',
      "READONLY You can't write",
    ],
    [refused, 'ERR max number of clients reached'],
    [broken, 'OOM command not allowed'],
    [ours, 'NOAUTH Authentication required.', 'WRONGPASS invalid username-password pair'],
    [caller, 'WRONGTYPE Operation against a key', 'ERR syntax error', 'NOSCRIPT No matching script'],
  ])('%s: %s', (row, ...messages) => {
    for (const message of messages) {
      for (const name of ['ReplyError', 'SimpleError'])
        expect([message, rowOf(errorOf({ name }, message))]).toEqual([message, row]);
    }
  });

  class SocketClosedUnexpectedlyError extends Error {}
  class ConnectionTimeoutError extends Error {}
  class WatchError extends Error {}
  class ReconnectStrategyError extends Error {}

  test.each([
    [new SocketClosedUnexpectedlyError('Socket closed unexpectedly'), passing],
    [new ConnectionTimeoutError('Connection timeout'), refused],
    [new WatchError('One (or more) of the watched keys has been changed'), again],
    [new ReconnectStrategyError('x'), ours],
    [errorOf({ name: 'MaxRetriesPerRequestError' }), outage],
    [new Error('Connection is closed.'), outage],
  ])('%s, a class without a name of its own', (error, row) => {
    expect(rowOf(error)).toBe(row);
  });
});

describe('MongoDB', () => {
  test.each([
    [again, ['TransientTransactionError'], 251],
    [outage, ['RetryableWriteError'], 91],
    [refused, ['PoolRequestedRetry'], undefined],
    [throttled, ['RetryableError', 'SystemOverloadedError'], 462],
    [again, ['RetryableWriteError', 'NoWritesPerformed'], 189],
    [ours, ['UnknownTransactionCommitResult'], 64],
  ])('%s: %o', (row, errorLabels, code) => {
    expect(rowOf(errorOf({ name: 'MongoServerError', errorLabels, code }))).toBe(row);
  });

  test.each([
    [outage, [6, 7, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436, 50]],
    [ours, [18, 79, 100]],
    [caller, [20, 26, 11000]],
    [unknown, [12345]],
  ])('%s: %o', (row, codes) => {
    for (const code of codes)
      expect([code, rowOf(errorOf({ name: 'MongoServerError', code, errorLabels: [] }))]).toEqual([
        code,
        row,
      ]);
  });

  test.each([
    ['MongoServerSelectionError', refused],
    ['MongoNetworkError', outage],
    ['MongoNetworkTimeoutError', outage],
    ['MongoTopologyClosedError', ours],
  ])('%s', (name, row) => {
    expect(rowOf(errorOf({ name }))).toBe(row);
  });
});

describe('several errors in one', () => {
  const connect = errorOf({ code: 'ECONNREFUSED', syscall: 'connect' });
  const reset = errorOf({ code: 'ECONNRESET', syscall: 'read' });
  const aborted = new DOMException('x', 'AbortError');

  test.each([
    ['all refused', [connect, connect], refused],
    ['one was sent', [connect, reset], passing],
    ['nobody knows one of them', [connect, new Error('?')], unknown],
    ['one lost the race', [aborted, connect], refused],
    ['all were cancelled', [aborted, aborted], cancelled],
    ['nobody knows any', [new Error('?'), new Error('!')], unknown],
  ])('%s', (_what, errors, row) => {
    expect(rowOf(new AggregateError(errors))).toBe(row);
    expect(rowOf(new Error('wrapped', { cause: new AggregateError(errors) }))).toBe(row);
  });

  test('an aggregate that holds itself ends', () => {
    const error = new AggregateError([connect]);
    error.errors.push(error);
    expect(rowOf(error)).toBe(refused);
  });

  test('the many findings of a validator are no aggregate', () => {
    expect(rowOf(errorOf({ name: 'ZodError', errors: [{ code: 'ECONNREFUSED' }] }))).toBe(unknown);
  });
});

describe('what stands around an error', () => {
  test('a signal that timed out goes before the abort that it caused', () => {
    const cause = new DOMException('x', 'TimeoutError');
    expect(rowOf(errorOf({ name: 'AbortError', code: 'E_X', cause }))).toBe(outage);
  });

  test('mistakes in the program are marked', () => {
    for (const error of [new TypeError('x is not a function'), new ReferenceError('x'), new RangeError('x')])
      expect(agent.classify(error)).toMatchObject({
        class: 'critical',
        countsForBreaker: true,
        isMistake: true,
      });
  });

  test('what fetch wraps is no mistake', () => {
    expect(rowOf(new TypeError('fetch failed', { cause: new Error('?') }))).toBe(outage);
    expect(rowOf(new TypeError('terminated', { cause: errorOf({ code: 'UND_ERR_SOCKET' }) }))).toBe(passing);
  });
});
