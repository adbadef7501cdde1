import { describe, expect, test } from 'vitest';
import { createAgent } from '@holdfast/agent';
import { errorOf, rowOf, rows } from '../support/classification.ts';

const agent = createAgent({ service: 'shop', collector: false });
const {
  again,
  broken,
  caller,
  cancelled,
  inHand,
  ours,
  outage,
  passing,
  refused,
  rejected,
  spent,
  throttled,
  unknown,
  unsent,
} = rows;

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

  test.each(['http://127.0.0.1:25', 'ftp://127.0.0.1'])('an address that fetch refuses: %s', async (url) => {
    const error: unknown = await fetch(url).catch((thrown: unknown) => thrown);
    expect(rowOf(error)).toBe(ours);
  });

  test('what fetch wraps is no mistake', () => {
    expect(rowOf(new TypeError('fetch failed', { cause: new Error('?') }))).toBe(outage);
    expect(rowOf(new TypeError('terminated', { cause: errorOf({ code: 'UND_ERR_SOCKET' }) }))).toBe(passing);
  });
});
