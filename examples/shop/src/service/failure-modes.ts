import type { Clock, Random } from '@holdfast/agent';
import { type Answer, refusalAnswer } from './answer.ts';
import { errorAnswer, type FaultClass } from './error-answers.ts';
import type { Gate } from './server.ts';
import { sleep } from '../time/sleep.ts';

export const modeNames = [
  'healthy',
  'slow',
  'erroring',
  'hanging',
  'refusing',
  'overloaded',
  'crash',
] as const;

/** How a service behaves. What a mode needs to know lives in that mode. */
export type Mode =
  | { readonly mode: 'healthy' }
  /** Does what it is asked, `delayMs` late, a fifth more or less. */
  | { readonly mode: 'slow'; readonly delayMs: number }
  /** Answers with an error of that class and does nothing. */
  | { readonly mode: 'erroring'; readonly errorClass: FaultClass }
  /** Takes requests and never answers. */
  | { readonly mode: 'hanging' }
  /** Does not listen: connections are refused. */
  | { readonly mode: 'refusing' }
  /** Works on two requests at a time; who comes meanwhile is told to slow down, then turned away. */
  | { readonly mode: 'overloaded' }
  /** The process dies at once. */
  | { readonly mode: 'crash' };

export type ModeStatus = Mode & {
  /** Epoch milliseconds at which the service heals by itself. */
  readonly untilAt?: number;
};

export interface FailureModesOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Told of each change, for what concerns the process and its listening rather than an answer. */
  readonly onChange: (now: Mode, forMs: number | undefined) => void;
}

/** A service that waits on behalf of more callers than this has run out of sockets: it drops the next one. */
const maxHanging = 500;

const workMs = 300;
const slowDownMs = 100;
const slowDownFrom = 2;
const turnAwayFrom = 4;

/** The ways in which a service of the shop can fail, one at a time. */
export class FailureModes {
  readonly #options: FailureModesOptions;
  #mode: Mode = { mode: 'healthy' };
  #untilAt: number | undefined;
  #cancelEnd = (): void => {};
  #letGo: (() => void)[] = [];
  #inFlight = 0;
  #errorCount = 0;

  constructor(options: FailureModesOptions) {
    this.#options = options;
  }

  /** Takes the place of the mode before. Without `forMs` it stays until the next call. */
  set(mode: Mode, forMs?: number): ModeStatus {
    const { clock, onChange } = this.#options;
    this.#cancelEnd();
    this.#mode = mode;
    this.#untilAt = forMs === undefined ? undefined : clock.now() + forMs;
    if (forMs !== undefined) {
      const end = clock.setTimeout(() => this.set({ mode: 'healthy' }), forMs);
      this.#cancelEnd = () => end.cancel();
    }
    const waiting = this.#letGo;
    this.#letGo = [];
    for (const letGo of waiting) letGo();
    onChange(mode, forMs);
    return this.status();
  }

  status(): ModeStatus {
    return this.#untilAt === undefined ? this.#mode : { ...this.#mode, untilAt: this.#untilAt };
  }

  /** Stands before every request of the service's own server, never before its control server. */
  readonly gate: Gate = async (serve) => {
    const mode = this.#mode;
    switch (mode.mode) {
      case 'healthy':
      case 'refusing':
      case 'crash':
        return serve();
      case 'slow':
        // The work is done although its caller may have given up: a charge that timed out may still be made.
        await sleep(this.#options.clock, mode.delayMs * (0.8 + 0.4 * this.#options.random()));
        return serve();
      case 'erroring':
        this.#errorCount += 1;
        return errorAnswer(mode.errorClass, this.#errorCount);
      case 'hanging':
        if (this.#letGo.length < maxHanging) await new Promise<void>((letGo) => this.#letGo.push(letGo));
        return undefined;
      case 'overloaded':
        return this.#underLoad(serve);
    }
  };

  /** Saying no takes time as well, so that a crowd makes an overloaded service worse. */
  async #underLoad(serve: () => Promise<Answer>): Promise<Answer> {
    if (this.#inFlight >= turnAwayFrom) {
      return refusalAnswer({ status: 503, code: 'overloaded', message: 'too many at once' });
    }
    this.#inFlight += 1;
    try {
      const mustSlowDown = this.#inFlight > slowDownFrom;
      await sleep(this.#options.clock, mustSlowDown ? slowDownMs : workMs);
      if (!mustSlowDown) return await serve();
      const refusal = { status: 429, code: 'slow_down', message: 'come again in a second' };
      return refusalAnswer(refusal, { 'retry-after': '1' });
    } finally {
      this.#inFlight -= 1;
    }
  }
}
