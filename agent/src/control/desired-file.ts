import type { DesiredState } from '@holdfast/shared';
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../spool/make-folder.ts';
import { readMessage } from '../stream/read-message.ts';

export interface DesiredFileOptions {
  readonly directory: string;
  readonly service: string;
  /** Where the collector is: what people want of one is not what they want of another. */
  readonly collector: string;
  readonly internalError: (error: unknown) => void;
}

/** What people wanted when it was last heard, and by how much the collector's clock was ahead then. */
export interface KeptDesired {
  readonly desired: DesiredState;
  readonly offsetMs: number;
}

/** Keeps on disk what people want of a service, for processes that start while the collector is away. */
export class DesiredFile {
  readonly #options: DesiredFileOptions;
  readonly #path: string;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: DesiredFileOptions) {
    this.#options = options;
    const key = createHash('sha256').update(`${options.service}\n${options.collector}`).digest('hex');
    this.#path = path.join(options.directory, `desired_${key.slice(0, 16)}.json`);
  }

  /**
   * What was kept; `undefined` where there is nothing, or nothing that can be read. At once: a flag may be
   * asked for right after this.
   */
  read(): KeptDesired | undefined {
    try {
      const text = readFileSync(this.#path, 'utf8');
      const message = readMessage(text);
      const offsetMs: unknown = message === undefined ? undefined : Reflect.get(message, 'offsetMs');
      if (message?.type !== 'desired' || typeof offsetMs !== 'number')
        throw new Error(`${this.#path} does not hold what was kept there`);
      return { desired: message.desired, offsetMs };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT'))
        this.#options.internalError(error);
      return undefined;
    }
  }

  /** Keeps it, in place of what was there before. What cannot be written is reported, and never thrown. */
  write({ desired, offsetMs }: KeptDesired): void {
    const text = JSON.stringify({ type: 'desired', desired, offsetMs });
    this.#writing = this.#writing.then(() => this.#replace(text)).catch(this.#options.internalError);
  }

  /** Resolves once what was handed to `write` is on disk, or has failed. */
  settled(): Promise<void> {
    return this.#writing;
  }

  /** Whole or not at all, also where several processes do it. */
  async #replace(text: string): Promise<void> {
    await makeFolder(this.#options.directory);
    const temporary = `${this.#path}.${randomUUID()}`;
    try {
      await writeFile(temporary, text, { mode: 0o600, flush: true });
      await rename(temporary, this.#path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
}
