import {
  backUp,
  checkData,
  type Collector,
  CollectorError,
  type CollectorErrorCode,
  type CollectorOptions,
  createTokenIn,
  restore,
  revokeTokenIn,
  startCollector,
  tokensIn,
} from '@holdfast/collector';
import type { CreateTokenRequest, RevokeTokenRequest } from '@holdfast/shared';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { Failure, inOptions } from '../failure.ts';

/** Starts a collector in this process. Throws a `Failure` with the exit code that fits where it cannot. */
export function openCollector(options: CollectorOptions): Promise<Collector> {
  return orFailure(startCollector(options));
}

/** Writes the data of a collector into one file. */
export function backUpData(dataDir: string, file: string): ReturnType<typeof backUp> {
  return orFailure(backUp(dataDir, file));
}

/** Puts a backup in the place of a stopped collector's data. */
export function restoreData(file: string, dataDir: string): ReturnType<typeof restore> {
  return orFailure(restore(file, dataDir));
}

/** What is wrong with the data of a collector, a line each. */
export function problemsOfData(dataDir: string): ReturnType<typeof checkData> {
  return orFailure(checkData(dataDir));
}

/** Makes a token in the data of a collector that does not run. */
export function createTokenInData(
  dataDir: string,
  request: CreateTokenRequest,
): ReturnType<typeof createTokenIn> {
  return orFailure(createTokenIn(dataDir, request));
}

/** The tokens in the data of a collector that does not run. */
export function tokensInData(dataDir: string): ReturnType<typeof tokensIn> {
  return orFailure(tokensIn(dataDir));
}

/** Ends a token in the data of a collector that does not run. */
export function revokeTokenInData(
  dataDir: string,
  { id, ...act }: RevokeTokenRequest & { readonly id: string },
): ReturnType<typeof revokeTokenIn> {
  return orFailure(revokeTokenIn(dataDir, id, act));
}

async function orFailure<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof CollectorError) throw new Failure(codes[error.code], inOptions(error.message));
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
  disk_full: exitCodes.failed,
  no_sqlite_driver: exitCodes.failed,
  no_such_file: exitCodes.notFound,
  file_exists: exitCodes.conflict,
  no_such_token: exitCodes.notFound,
  token_conflict: exitCodes.conflict,
};
