import type { Clock, Random } from '@holdfast/shared';

/** All that a command touches of the process it runs in, so that a test can hand in another. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For data. */
  readonly out: Sink;
  /** For messages. */
  readonly err: Sink;
  readonly clock: Clock;
  readonly random: Random;
  /** Who acts, for the audit log. */
  readonly userName: string;
  /** Whether stdin is a terminal: a person sits there. */
  readonly hasKeyboard: boolean;
  /** The line that the person answers; empty at the end of input. */
  ask(question: string): Promise<string>;
  /**
   * Aborts at Ctrl-C or a polite end. From the first call on, these no longer end the process by themselves.
   */
  stopSignal(): AbortSignal;
  /** Set by a command that ends well but not with 0. */
  exitCode: number;
}

export interface Sink {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Columns of the terminal; `undefined` elsewhere. */
  readonly columns: number | undefined;
  /** Bits of colour, as Node finds them: 1, 4, 8 or 24. */
  readonly colorBits: number;
}
