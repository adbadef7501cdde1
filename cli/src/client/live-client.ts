import type { IncomingMessage } from 'node:http';
import {
  type Clock,
  type LiveConnection,
  type LiveMessage,
  type LiveQuestion,
  liveQueryOf,
  liveQuestionAfter,
  liveSubprotocol,
  plainObject,
  type Random,
  readJson,
  readLiveMessage,
  type TimerHandle,
} from '@holdfast/shared';
import { WebSocket } from 'ws';
import { exitCodes } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { checkSecrecy, liveUrl } from './collector-url.ts';
import { connectionProblem, failureOf, foreign, type Target, unreachable, wantsToken } from './request.ts';

/** How this reader stands to the collector; while it waits, `failure` says why it is gone. */
export type Connection =
  | Exclude<LiveConnection, { readonly state: 'waiting' }>
  | (Extract<LiveConnection, { readonly state: 'waiting' }> & { readonly failure: Failure });

export interface LiveClientOptions extends Target {
  /** What is asked for; the cursor of the last message is added when it connects again. */
  readonly question?: LiveQuestion;
  readonly clock: Clock;
  readonly random: Random;
  readonly onMessage: (message: LiveMessage) => void;
  readonly onConnection: (connection: Connection) => void;
}

export interface LiveClient {
  /** Asks for something else from now on. */
  ask(question: LiveQuestion): void;
  close(): void;
}

/**
 * The collector sends at least once a second; after this long without a word the connection is taken for
 * dead.
 */
const silenceMs = 6_000;
const backoff = { baseMs: 250, capMs: 5_000 } as const;

/**
 * Reads the live view, and reconnects with a growing, random pause until it is closed.
 *
 * @throws {Failure} 2, where a token would travel in plain text
 */
export function openLive(options: LiveClientOptions): LiveClient {
  const { clock } = options;
  checkSecrecy(options);
  let attempt = 0;
  let opened: WebSocket | undefined;
  let timer: TimerHandle | undefined;
  let socket: WebSocket | undefined;
  let question = options.question ?? {};

  function connect(): void {
    options.onConnection({ state: 'connecting', attempt: attempt + 1 });
    socket = openSocket({ ...options, question }, { onFrame: hear, onEnd: lose });
    expectWord(socket);
  }

  function hear(from: WebSocket, frame: string): void {
    if (from !== socket) return;
    const message = newsIn(frame);
    if (message instanceof Failure) return lose(from, message);
    expectWord(from);
    question = liveQuestionAfter(message, question.q);
    if (opened !== from) options.onConnection({ state: 'open' });
    opened = from;
    attempt = 0;
    options.onMessage(message);
  }

  function expectWord(from: WebSocket): void {
    timer?.cancel();
    const silent = unreachable(options.url, `silent for ${silenceMs / 1_000} s`);
    timer = clock.setTimeout(() => lose(from, silent), silenceMs);
  }

  function lose(from: WebSocket, failure: Failure): void {
    if (from !== socket) return;
    socket = undefined;
    from.terminate();
    timer?.cancel();
    attempt += 1;
    const delayMs = delayAfter(attempt, options.random);
    timer = clock.setTimeout(connect, delayMs);
    options.onConnection({ state: 'waiting', attempt, failure, retryAt: clock.monotonic() + delayMs });
  }

  function hangUp(): void {
    timer?.cancel();
    socket?.terminate();
    socket = undefined;
  }

  connect();
  return {
    ask(next) {
      hangUp();
      question = next;
      connect();
    },
    close: hangUp,
  };
}

/** A message, or why there is none in the frame. */
function newsIn(frame: string): LiveMessage | Failure {
  const message = readLiveMessage(frame);
  if (!message.ok) return new Failure(exitCodes.failed, `unreadable answer: ${message.problem}`);
  if (message.value.type === 'refused') return new Failure(exitCodes.usage, message.value.detail);
  return message.value;
}

function delayAfter(attempt: number, random: Random): number {
  const ceilingMs = Math.min(backoff.capMs, backoff.baseMs * 2 ** (attempt - 1));
  return ceilingMs / 2 + (random() * ceilingMs) / 2;
}

interface Ears {
  readonly onFrame: (from: WebSocket, frame: string) => void;
  readonly onEnd: (from: WebSocket, failure: Failure) => void;
}

function openSocket(options: LiveClientOptions, { onFrame, onEnd }: Ears): WebSocket {
  const { url, token, ca, question = {} } = options;
  const socket = new WebSocket(`${liveUrl(url)}${liveQueryOf(question)}`, [liveSubprotocol], {
    perMessageDeflate: false,
    ...(ca === undefined ? {} : { ca }),
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
  });
  socket.on('message', (data, isBinary) => {
    if (!isBinary && Buffer.isBuffer(data)) onFrame(socket, data.toString('utf8'));
  });
  socket.on('unexpected-response', (_request, response) => {
    void refusalOf(options, response)
      .catch((error: unknown) => unreachable(url, connectionProblem(error, url)))
      .then((failure) => onEnd(socket, failure));
  });
  socket.on('close', (_code, reason) =>
    onEnd(socket, unreachable(url, reason.toString() || 'connection closed')),
  );
  socket.on('error', (error) => onEnd(socket, unreachable(url, connectionProblem(error, url))));
  return socket;
}

const problemLimit = 4_096;

/** The answer in place of a connection: a problem of the collector's, or a word of something else. */
async function refusalOf({ url, token }: LiveClientOptions, response: IncomingMessage): Promise<Failure> {
  let body = '';
  for await (const chunk of response) {
    body += String(chunk);
    if (body.length > problemLimit) break;
  }
  const status = response.statusCode ?? 0;
  const problem = readJson(plainObject, body, 'the answer');
  if (!problem.ok && !wantsToken(status)) return foreign(url, status);
  const json = problem.ok ? problem.value : undefined;
  return failureOf(status, json, { url, token });
}
