/** What can keep a collector from starting, or its data from being cared for. */
export type CollectorErrorCode =
  | 'bad_option'
  | 'token_required'
  | 'port_in_use'
  | 'port_not_permitted'
  | 'host_not_found'
  | 'folder_unusable'
  | 'folder_in_use'
  | 'database_refused'
  | 'disk_full'
  | 'no_sqlite_driver'
  | 'no_such_file'
  | 'file_exists'
  | 'no_such_token'
  | 'token_conflict';

/** Why a collector did not start, or its data was not cared for: one line with what, where, and the mend. */
export class CollectorError extends Error {
  readonly code: CollectorErrorCode;

  constructor(code: CollectorErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CollectorError';
    this.code = code;
  }
}

/** The code that Node gives an error of the system, such as `EACCES`; `undefined` for any other error. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Any thrown value in one line. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message
    .trim()
    .split(/\s*\n\s*/)
    .join(' ');
}
