import { formatMoment, formatZone } from '@holdfast/shared';
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

/** A detail of the collector's in words of the command line: options for fields, the own zone for times. */
export function inOptions(detail: string): string {
  return detail
    .replace(/`([A-Za-z]+)`/g, (whole, field: string) => optionFor[field] ?? whole)
    .replace(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z/g, (whole) => {
      const at = Date.parse(whole);
      return Number.isNaN(at) ? whole : `${formatMoment(at)} ${formatZone(at)}`;
    });
}

const optionFor: Readonly<Record<string, string>> = {
  at: '--at',
  since: '--since',
  until: '--until',
  filter: '--filter',
  limit: '--limit',
  head: '--head',
  name: '--name',
  scope: '--scope',
  services: '--service',
  expiresInMs: '--expires',
  reason: '--reason',
};

/** Any thrown value in one line. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message
    .trim()
    .split(/\s*\n\s*/)
    .join(' ');
}
