import {
  applyLive,
  emptyLiveView,
  type LiveMessage,
  type LiveQuestion,
  liveQueryOf,
  type LiveRefusal,
  liveSubprotocol,
  type LiveView,
  readLiveMessage,
} from '@holdfast/shared';
import { WebSocket } from 'ws';
import type { Scope } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';

export interface LiveReader {
  readonly messages: LiveMessage[];
  readonly refusals: LiveRefusal[];
  readonly socket: WebSocket;
  readonly closed: { readonly code: number; readonly reason: string } | undefined;
  view(): LiveView;
}

/** Somebody who reads the live feed, and has heard the first word of it. */
export async function readLive(
  scope: Scope,
  url: string,
  more: {
    readonly question?: LiveQuestion;
    readonly headers?: Record<string, string>;
    readonly from?: LiveView;
  } = {},
): Promise<LiveReader> {
  const { question = {}, headers = {}, from = emptyLiveView } = more;
  const address = `${url.replace('http', 'ws')}/api/v1/live${liveQueryOf(question)}`;
  const socket = new WebSocket(address, liveSubprotocol, { headers });
  scope.onEnd(() => socket.terminate());
  const messages: LiveMessage[] = [];
  const refusals: LiveRefusal[] = [];
  let closed: LiveReader['closed'];
  socket.on('message', (data: Buffer) => {
    const read = readLiveMessage(data.toString('utf8'));
    if (!read.ok) throw new Error(read.problem);
    if (read.value.type === 'refused') refusals.push(read.value);
    else messages.push(read.value);
  });
  socket.on('close', (code, reason) => (closed = { code, reason: reason.toString() }));
  socket.on('error', () => {}); // told by `closed`
  await waitFor(() => messages.length + refusals.length > 0, { what: 'the first message' });
  return {
    messages,
    refusals,
    socket,
    get closed() {
      return closed;
    },
    view: () => messages.reduce(applyLive, from),
  };
}
