import { render } from 'ink';
import type { ReactElement } from 'react';
import { App, type AppProps } from './app.tsx';
import { enterScreen } from './screen/screen.ts';

/** Shows the UI on the terminal's other screen until `end` aborts. */
export async function showApp(props: Omit<AppProps, 'columns' | 'rows'>, end: AbortSignal): Promise<void> {
  const screen = enterScreen();
  const draw = (): ReactElement => <App {...props} {...screen.size()} />;
  try {
    const app = render(draw(), {
      stdout: screen.stream,
      debug: true, // hands every frame to the screen whole
      exitOnCtrlC: false,
      patchConsole: false,
    });
    const stopResizing = screen.onResize(() => app.rerender(draw()));
    end.addEventListener('abort', () => app.unmount(), { once: true });
    await app.waitUntilExit().finally(stopResizing);
  } finally {
    screen.leave();
  }
}
