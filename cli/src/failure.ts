import { type ExitCode, exitCodes } from './exit-codes.ts';

/** An end that a person can do something about: one line that says what, where, and what would be right. */
export class Failure extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}

/** The command line is wrong. */
export function usageFailure(message: string): Failure {
  return new Failure(exitCodes.usage, message);
}

/** "; did you mean a or b?" for the end of a message; nothing where no name is near. */
export function didYouMean(names: readonly string[]): string {
  return names.length === 0 ? '' : `; did you mean ${names.join(' or ')}?`;
}

/** Any thrown value in one line. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message
    .trim()
    .split(/\s*\n\s*/)
    .join(' ');
}
