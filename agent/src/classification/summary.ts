import type { ErrorSummary } from '@holdfast/shared';
import { present } from '../present.ts';
import type { Classification } from './classifier.ts';
import { messageOf } from './facts.ts';
import { redactMessage } from './redact.ts';

export { messageOf } from './facts.ts';

/**
 * An error as it may leave the process: never the object, and its message redacted. `redact` is the host's
 * own redaction, which goes before ours. Where that fails, only class, severity and fingerprint are told.
 */
export function summarise(
  error: unknown,
  classification: Classification,
  redact?: (message: string) => string,
): ErrorSummary {
  const { class: errorClass, severity, fingerprint, code, why } = classification;
  const message = redacted(error, redact);
  if (message === undefined) return { class: errorClass, severity, fingerprint, message: '' };
  return present({ class: errorClass, severity, fingerprint, message, code, why });
}

/** The message of whatever was thrown, redacted; nothing where redaction fails. */
export function safeMessage(error: unknown, redact: ((message: string) => string) | undefined): string {
  return redacted(error, redact) ?? '';
}

function redacted(error: unknown, redact: ((message: string) => string) | undefined): string | undefined {
  try {
    const message = messageOf(error);
    return redactMessage(redact === undefined ? message : redact(message));
  } catch {
    return undefined;
  }
}
