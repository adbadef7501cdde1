import * as grpc from '@grpc/grpc-js';
import { createAgent } from '@holdfast/agent';
import { describe, expect, test } from 'vitest';
import { rowOf, rows } from '../support/classification.ts';
import { atEnd, deadPort, rejectionOf } from '../support/servers.ts';

const agent = createAgent({ service: 'shop', collector: false });
const { cancelled, outage, refused } = rows;

describe('gRPC', () => {
  const method = {
    path: '/shop.Stock/Ask',
    requestStream: false,
    responseStream: false,
    requestSerialize: (value: unknown) => Buffer.from(JSON.stringify(value)),
    requestDeserialize: (bytes: Buffer) => JSON.parse(bytes.toString()) as unknown,
    responseSerialize: (value: unknown) => Buffer.from(JSON.stringify(value)),
    responseDeserialize: (bytes: Buffer) => JSON.parse(bytes.toString()) as unknown,
  };

  /** Asks once. `amid` is handed the call while it is under way. */
  function ask(
    port: number,
    options: grpc.CallOptions = {},
    amid?: (call: grpc.ClientUnaryCall) => void,
  ): Promise<unknown> {
    const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    atEnd(() => client.close());
    const { path, requestSerialize, responseDeserialize } = method;
    return new Promise((resolve, reject) => {
      const metadata = new grpc.Metadata();
      const settle = (error: unknown, answer: unknown): void =>
        error === null ? resolve(answer) : reject(error);
      const call = client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        {},
        metadata,
        options,
        settle,
      );
      amid?.(call);
    });
  }

  async function server(handle: grpc.handleUnaryCall<unknown, unknown>): Promise<number> {
    const made = new grpc.Server();
    made.addService({ ask: method }, { ask: handle });
    atEnd(() => made.forceShutdown());
    return new Promise((resolve, reject) => {
      made.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
  }

  test('nobody listens', async () => {
    const port = await deadPort();
    const error = await rejectionOf(() => ask(port));
    expect([rowOf(error), agent.classify(error).code]).toEqual([refused, 'GRPC_UNAVAILABLE']);
  });

  test.each([
    ['NOT_FOUND', grpc.status.NOT_FOUND, 'caller never does not count'],
    ['ABORTED', grpc.status.ABORTED, 'transient safe does not count'],
    ['DATA_LOSS', grpc.status.DATA_LOSS, 'critical never counts'],
    ['RESOURCE_EXHAUSTED', grpc.status.RESOURCE_EXHAUSTED, 'throttled never does not count'],
  ])('%s', async (name, code, row) => {
    const port = await server((_call, done) => done({ code, details: 'no' }));
    const error = await rejectionOf(() => ask(port));
    expect([rowOf(error), agent.classify(error).code]).toEqual([row, `GRPC_${name}`]);
  });

  test('a pushback', async () => {
    const metadata = new grpc.Metadata();
    metadata.set('grpc-retry-pushback-ms', '700');
    const port = await server((_call, done) =>
      done({ code: grpc.status.RESOURCE_EXHAUSTED, details: 'busy', metadata }),
    );
    const error = await rejectionOf(() => ask(port));
    expect(agent.classify(error)).toMatchObject({ class: 'throttled', retry: 'safe', retryAfterMs: 700 });
  });

  test('a deadline, and a caller that gives up', async () => {
    const port = await server(() => {});
    const late = await rejectionOf(() => ask(port, { deadline: 0 }));
    const given = await rejectionOf(() => ask(port, {}, (call) => call.cancel()));
    expect([rowOf(late), rowOf(given)]).toEqual([outage, cancelled]);
  });
});
