/**
 * The uppermost function in an error's stack that is neither Node's, nor a dependency's, nor this package's:
 * `placeOrder orders/place`. No line, so that an edit above it makes no new error; of the path only the
 * file and its folder, without the extension, so that it is the same on every machine. `undefined` where
 * there is none.
 *
 * V8 writes a stack when it is first read, which costs as much as making the error. So this is called only
 * where somebody wants to know.
 */
export function topFrameOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return undefined;
  for (const line of error.stack.slice(0, maxStackLength).split('\n')) {
    const [, callee = '', path = ''] = frame.exec(line) ?? [];
    if (path === '' || foreign.test(path) || path.startsWith(home())) continue;
    const place = path
      .split(/[\\/]/)
      .slice(-2)
      .join('/')
      .replace(/\.\w+$/, '');
    return `${callee} ${place}`;
  }
  return undefined;
}

/** `    at async Shop.place (file:///app/src/orders/place.js:12:7)`, also without a function. */
const frame = /^\s+at (?:async )?(?:new )?(?:(.+?) (?:\[as \w+\] )?\()?(?:async )?(.+?):\d+:\d+\)?$/;
const foreign = /^node:|[\\/]node_modules[\\/]|^<anonymous>|^native$/;
const maxStackLength = 8_192;

/** The folder of this package's code, as it stands in stacks. */
function home(): string {
  if (foundHome === undefined) {
    const path = frame.exec(new Error().stack?.split('\n')[1] ?? '')?.[2];
    // In the sources this file lies one folder deep; in the build all is one file.
    foundHome = path?.replace(/(?:[\\/]classification)?[\\/][^\\/]+$/, '') ?? '\0';
  }
  return foundHome;
}

let foundHome: string | undefined;
