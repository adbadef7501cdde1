import { readFileSync } from 'node:fs';
import { messageOf, usageFailure } from './failure.ts';

/**
 * What a file holds that an option or a variable names.
 *
 * @throws {Failure} 2, where it cannot be read
 */
export function readText(origin: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw usageFailure(`${origin} must name a file that can be read: ${messageOf(error)}`);
  }
}
