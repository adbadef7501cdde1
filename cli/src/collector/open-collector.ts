import {
  type Collector,
  CollectorError,
  type CollectorErrorCode,
  type CollectorOptions,
  startCollector,
} from '@holdfast/collector';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

/** Starts a collector in this process. Throws a `Failure` with the exit code that fits where it cannot. */
export async function openCollector(options: CollectorOptions): Promise<Collector> {
  try {
    return await startCollector(options);
  } catch (error) {
    if (error instanceof CollectorError) throw new Failure(codes[error.code], error.message);
    throw error;
  }
}

const codes: Readonly<Record<CollectorErrorCode, ExitCode>> = {
  bad_option: exitCodes.usage,
  token_required: exitCodes.refused,
  port_in_use: exitCodes.failed,
  port_not_permitted: exitCodes.failed,
  host_not_found: exitCodes.usage,
  folder_unusable: exitCodes.failed,
  folder_in_use: exitCodes.failed,
  database_refused: exitCodes.failed,
  no_sqlite_driver: exitCodes.failed,
};
