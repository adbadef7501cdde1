/** Whatever was thrown, as an error. */
export function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** What Node calls it, such as `ENOENT`. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** Whether this says that there is no such file or process, and not only that it cannot be read now. */
export function isGone(error: unknown): boolean {
  return /^(ENOENT|ENOTDIR|EISDIR|ESRCH)$/.test(String(codeOf(error)));
}

/** Whether nobody was there to answer a request. */
export function isUnreachable({ cause }: Error): boolean {
  return /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|E(HOST|NET)UNREACH)$/.test(String(codeOf(cause)));
}
