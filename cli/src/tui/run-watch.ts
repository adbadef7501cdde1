import type { LiveQuestion } from '@holdfast/shared';
import { isLasting } from '../client/follow.ts';
import { openLive } from '../client/live-client.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Failure } from '../failure.ts';
import { performAct } from './model/act.ts';
import { WatchModel } from './model/watch-model.ts';
import { prepareInk } from './prepare-ink.ts';

/** Runs the terminal UI until the person quits or a signal ends it. The terminal is then as it was before. */
export async function runWatch(context: Context, question: LiveQuestion): Promise<void> {
  const { host, api, url } = context;
  const quit = new AbortController();
  const stop = host.stopSignal();
  let refused: Failure | undefined;
  const model = new WatchModel({
    clock: host.clock,
    perform: (ask, form) => performAct({ api, by: host.userName }, ask, form),
    onQuit: () => quit.abort(),
    onNow: () => live.ask({}),
  });
  const live = openLive({
    url,
    token: context.token,
    ca: context.ca,
    question,
    clock: host.clock,
    random: host.random,
    onMessage: model.receive,
    onConnection(connection) {
      model.setConnection(connection);
      if (connection.state !== 'waiting' || !isLasting(connection.failure)) return;
      refused = connection.failure;
      quit.abort();
    },
  });
  try {
    prepareInk(process.env);
    const { showApp } = await import('./show-app.tsx'); // most of the start: the first data come meanwhile
    const end = AbortSignal.any([quit.signal, stop]);
    if (!end.aborted) await showApp({ model, url, style: context.printing.style }, end);
  } finally {
    live.close();
    model.close();
  }
  if (refused !== undefined) throw refused;
  if (stop.aborted) host.exitCode = exitCodes.interrupted;
}
