import { render } from 'ink';
import type { ReactElement } from 'react';
import { openLive } from '../client/live-client.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Failure } from '../failure.ts';
import { App } from './app.tsx';
import { performAct } from './model/act.ts';
import { WatchModel } from './model/watch-model.ts';
import { enterScreen } from './screen/screen.ts';

/** Runs the terminal UI until the person quits or a signal ends it. The terminal is then as it was before. */
export async function runWatch(context: Context): Promise<void> {
  const { host, api, url } = context;
  const screen = enterScreen();
  const end = new AbortController();
  let refused: Failure | undefined;
  const model = new WatchModel({
    clock: host.clock,
    perform: (ask, forMs) => performAct({ api, by: host.userName }, ask, forMs),
    onQuit: () => end.abort(),
  });
  const live = openLive({
    url,
    ...(context.token === undefined ? {} : { token: context.token }),
    clock: host.clock,
    random: host.random,
    onMessage: model.receive,
    onConnection(connection) {
      model.setConnection(connection);
      if (connection.state !== 'waiting' || connection.failure.exitCode !== exitCodes.notAuthorised) return;
      refused = connection.failure; // trying again with the same token changes nothing
      end.abort();
    },
  });
  const draw = (): ReactElement => (
    <App model={model} {...screen.size()} style={context.printing.style} url={url} />
  );
  const stop = host.stopSignal();
  try {
    const app = render(draw(), {
      stdout: screen.stream,
      debug: true, // hands every frame to the screen whole
      exitOnCtrlC: false,
      patchConsole: false,
    });
    const stopResizing = screen.onResize(() => app.rerender(draw()));
    AbortSignal.any([end.signal, stop]).addEventListener('abort', () => app.unmount(), { once: true });
    await app.waitUntilExit().finally(stopResizing);
  } finally {
    live.close();
    model.close();
    screen.leave();
  }
  if (refused !== undefined) throw refused;
  if (stop.aborted) host.exitCode = exitCodes.interrupted;
}
