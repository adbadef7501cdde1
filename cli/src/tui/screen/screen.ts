import { writeSync } from 'node:fs';
import { WriteStream } from 'node:tty';
import { createFrameWriter, type FrameWriter } from './frame-writer.ts';

const enter = '\u001b[?1049h\u001b[?25l\u001b[2J';
const leave = '\u001b[?25h\u001b[?1049l';

/**
 * The terminal's other screen: what stood on the first one is back after `leave`, however the program ends.
 */
export interface Screen {
  /** For Ink, in debug mode: each write is a whole frame. */
  readonly stream: WriteStream;
  size(): { readonly columns: number; readonly rows: number };
  /** Calls back after each resize, with the screen emptied. Returns how to end it. */
  onResize(redraw: () => void): () => void;
  leave(): void;
}

/** Enters the other screen of the terminal behind stdout. */
export function enterScreen(): Screen {
  const terminal = process.stdout;
  const writer = createFrameWriter((text) => void terminal.write(text), terminal.columns);
  const stream = new FrameStream(writer);
  let isOpen = true;
  const leaveOnce = (): void => {
    if (!isOpen) return;
    isOpen = false;
    process.off('exit', leaveOnce);
    writeSync(terminal.fd, leave); // at an exit there is no later in which a stream could write
  };
  process.on('exit', leaveOnce);
  terminal.write(enter);
  return {
    stream,
    size: () => ({ columns: terminal.columns, rows: terminal.rows }),
    onResize(redraw) {
      const resized = (): void => {
        stream.columns = terminal.columns;
        writer.clear(terminal.columns);
        redraw();
      };
      terminal.on('resize', resized);
      return () => void terminal.off('resize', resized);
    },
    leave: leaveOnce,
  };
}

/**
 * Takes frames from Ink and shows only what changed. Ink 6.8 cannot do that itself: its incremental rendering
 * misses its lines by one, and after a resize it clears the terminal together with its history.
 */
class FrameStream extends WriteStream {
  readonly #writer: FrameWriter;

  constructor(writer: FrameWriter) {
    super(process.stdout.fd);
    this.#writer = writer;
  }

  override _write(chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    const text = String(chunk);
    if (!cursorSwitch.test(text)) this.#writer.draw(text);
    done();
  }
}

/** Ink hides and shows the cursor besides; `enter` and `leave` see to that. */
const cursorSwitch = /^(\u001b\[\?25[hl])*\n?$/;
