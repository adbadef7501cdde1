import { faultClasses } from './error-answers.ts';
import { type Mode, modeNames } from './failure-modes.ts';
import { fieldsOf, oneOf, ShapeError, wholeOf } from './read.ts';

export interface ModeOrder {
  readonly mode: Mode;
  readonly forMs: number | undefined;
}

const defaultForMs = 60_000;
const defaultDelayMs = 1_200;

/**
 * Reads the body of `POST /mode`: `{mode, errorClass?, delayMs?, forMs?}`. `forMs` is a minute where nothing
 * is said and an hour at most, so that nobody forgets a broken service; `healthy` needs none, and after a
 * `crash` it is up to the supervisor where nothing is said.
 *
 * @throws {ShapeError} for a name or a number that does not fit.
 */
export function readModeOrder(body: unknown): ModeOrder {
  const fields = fieldsOf(body, 'the body');
  const mode = readMode(fields);
  const { forMs = mode.mode === 'crash' ? undefined : defaultForMs } = fields;
  if (mode.mode === 'healthy' || forMs === undefined) return { mode, forMs: undefined };
  return { mode, forMs: wholeOf(forMs, 'forMs', { from: 100, to: 3_600_000 }) };
}

function readMode(fields: Readonly<Record<string, unknown>>): Mode {
  const mode = oneOf(fields['mode'], 'mode', modeNames);
  const { errorClass, delayMs } = fields;
  if (errorClass !== undefined && mode !== 'erroring')
    throw new ShapeError(`errorClass goes with mode erroring`);
  if (delayMs !== undefined && mode !== 'slow') throw new ShapeError(`delayMs goes with mode slow`);
  switch (mode) {
    case 'slow':
      return { mode, delayMs: wholeOf(delayMs ?? defaultDelayMs, 'delayMs', { from: 1, to: 60_000 }) };
    case 'erroring':
      return { mode, errorClass: oneOf(errorClass ?? 'transient', 'errorClass', faultClasses) };
    case 'healthy':
    case 'hanging':
    case 'refusing':
    case 'overloaded':
    case 'crash':
      return { mode };
  }
}
