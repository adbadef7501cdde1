import { InvalidArgumentError, Option } from 'commander';

/** `--limit N`: how many of the newest to show. */
export function limitOption(defaultLimit: number): Option {
  return new Option('-n, --limit <count>', 'at most so many, the newest')
    .argParser(readCount)
    .default(defaultLimit);
}

function readCount(text: string): number {
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (count > 0) return count;
  throw new InvalidArgumentError('It must be a whole number from 1 to 999999.');
}
