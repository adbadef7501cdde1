import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Clock } from '@holdfast/shared';
import { pause } from './pause.ts';

export interface ChildPlan {
  readonly name: string;
  /** A Node program and its arguments. */
  readonly command: readonly string[];
  /** Asked at each start: a restart takes the ports that the first start was given. */
  readonly env: () => Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** What it sends over its channel. */
  onMessage?(message: unknown): void;
  /** A line that it prints on stderr. */
  onComplaint(line: string): void;
  /** It died unasked and will be started again after that time. */
  onDeath(how: string, restartInMs: number): void;
  onRestart(pid: number): void;
}

const firstDelayMs = 500;
const maxDelayMs = 10_000;

/** A process that lived so long has not failed at its start; the next delay is the first again. */
const soundAfterMs = 10_000;

/**
 * A process that is started again whenever it dies, until it is stopped. Its end of the channel tells it of
 * ours.
 */
export class Child {
  readonly #plan: ChildPlan;
  #process: ChildProcess | undefined;
  #startedAt = 0;
  #delayMs = firstDelayMs;
  #plannedDelayMs: number | undefined;
  #isStopping = false;
  #cancelRestart = (): void => {};

  constructor(plan: ChildPlan) {
    this.#plan = plan;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /**
   * Starts it. `died` settles when this first process ends: a start that fails is for the caller to report.
   */
  start(): { readonly died: Promise<string> } {
    const child = this.#spawn();
    return {
      died: new Promise((resolve) => {
        child.once('exit', (code, signal) => resolve(howItDied(code, signal)));
        child.once('error', (error) => resolve(error.message));
      }),
    };
  }

  /** Its next death is planned: it is to stay away for so long. */
  restartAfter(delayMs: number): void {
    this.#plannedDelayMs = delayMs;
  }

  send(message: object): void {
    // What goes wrong with the channel from here on shows as the child's death.
    if (this.#process?.connected === true) this.#process.send(message, () => {});
  }

  /** Asks it to end, by message or by signal, and kills it when that takes longer than `withinMs`. */
  async stop(ask: (child: ChildProcess) => void, withinMs: number): Promise<void> {
    this.#isStopping = true;
    this.#cancelRestart();
    const child = this.#process;
    if (child === undefined || hasEnded(child)) return;
    const over = new AbortController();
    child.once('exit', () => over.abort());
    ask(child);
    await pause(this.#plan.clock, withinMs, over.signal);
    if (hasEnded(child)) return;
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
  }

  #spawn(): ChildProcess {
    const { command, env, clock, onMessage, onComplaint } = this.#plan;
    const child = spawn(process.execPath, command, {
      env: { ...process.env, ...env() },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process = child;
    this.#startedAt = clock.monotonic();
    if (child.stderr !== null) createInterface({ input: child.stderr }).on('line', onComplaint);
    child.on('message', (message) => onMessage?.(message));
    child.on('error', (error) => onComplaint(error.message));
    child.once('exit', (code, signal) => this.#restart(howItDied(code, signal)));
    return child;
  }

  #restart(how: string): void {
    if (this.#isStopping) return;
    const { clock, onDeath, onRestart } = this.#plan;
    const wasSound = clock.monotonic() - this.#startedAt >= soundAfterMs;
    const usualMs = wasSound ? firstDelayMs : this.#delayMs;
    const delayMs = this.#plannedDelayMs ?? usualMs;
    this.#delayMs = Math.min(usualMs * 2, maxDelayMs);
    this.#plannedDelayMs = undefined;
    onDeath(how, delayMs);
    const timer = clock.setTimeout(() => onRestart(this.#spawn().pid ?? 0), delayMs);
    this.#cancelRestart = () => timer.cancel();
  }
}

function howItDied(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `ended with code ${code}` : `was killed with ${signal}`;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
