import { describe, expect, test } from 'vitest';
import { createAgent } from '@holdfast/agent';
import { errorOf, rowOf, rows } from '../support/classification.ts';

const agent = createAgent({ service: 'shop', collector: false });
const { again, broken, caller, cancelled, ours, outage, passing, refused, throttled, unknown, unsent } = rows;

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
