/** How the process ends. Scripts rely on these numbers: none is ever given a second meaning. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  notAuthorised: 4,
  unreachable: 5,
  timedOut: 6,
  conflict: 7,
  refused: 8,
  degraded: 10,
  breakerOpen: 11,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const exitCodeMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'done',
  failed: 'failed for a reason that no other code names',
  usage: 'the command line is wrong',
  notFound: 'there is nothing of that name',
  notAuthorised: 'the collector wants a token, or another one',
  unreachable: 'no collector answers there',
  timedOut: 'what was waited for did not come in time',
  conflict: 'it changed since it was read',
  refused: 'not allowed here, or declined at the question',
  degraded: 'status --exit-code: something is degraded',
  breakerOpen: 'status --exit-code: a breaker is open',
  interrupted: 'ended by Ctrl-C or another signal',
};

/** The table as `holdfast --help` shows it. */
export function exitCodeTable(): string {
  return (Object.keys(exitCodes) as (keyof typeof exitCodes)[]) // Object.keys forgets the type of the keys
    .map((name) => `  ${`${exitCodes[name]}`.padEnd(5)}${exitCodeMeanings[name]}`)
    .join('\n');
}
