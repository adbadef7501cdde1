import type { ErrorClass, Severity } from '@holdfast/shared';
import { present } from '../present.ts';
import type { Classification } from './classifier.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Finding } from './lookup.ts';

/**
 * A classification whose fingerprint is made when it is first read: that reads the error's stack, which costs
 * more than all the rest. The fields are only declared: see `Scope`.
 */
export class Judgement implements Classification {
  declare readonly class: ErrorClass;
  declare readonly severity: Severity;
  declare readonly retry: Classification['retry'];
  declare readonly countsForBreaker: boolean;
  declare readonly isMistake?: true;
  declare readonly retryAfterMs?: number;
  declare readonly code?: string;
  declare readonly why: string;
  declare private readonly error: unknown;
  declare private print: string | undefined;

  constructor(error: unknown, found: Finding & { readonly retryAfterMs?: number | undefined }) {
    const { verdict, code, retryAfterMs } = found;
    this.class = verdict.class;
    this.severity = verdict.severity;
    this.retry = verdict.retry;
    this.countsForBreaker = verdict.countsForBreaker;
    if (verdict.isMistake) this.isMistake = true;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
    if (code !== undefined) this.code = code;
    this.why = found.why;
    this.error = error;
    this.print = undefined;
  }

  get fingerprint(): string {
    this.print ??= safeFingerprint(this.error, this.code);
    return this.print;
  }
}

/** The same with every field in place, for the host to log or copy. */
export function plainOf(classification: Classification): Classification {
  const { severity, retry, countsForBreaker, isMistake, retryAfterMs, code, fingerprint, why } =
    classification;
  const facts = { severity, retry, countsForBreaker, isMistake, retryAfterMs, code, fingerprint, why };
  return present({ class: classification.class, ...facts });
}

function safeFingerprint(error: unknown, code: string | undefined): string {
  try {
    return fingerprintOf(error, code);
  } catch {
    return fingerprintOf(unreadableError, undefined); // a message or a stack that throws when it is read
  }
}

/** Stands for an error whose very properties throw. */
export const unreadableError = { name: 'unreadable' };
