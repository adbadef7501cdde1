import type { Problem } from '@holdfast/shared';
import type { Refusal, RefusalKind } from '../refusal.ts';

export const problemType = 'application/problem+json';

const statuses: Readonly<Record<RefusalKind, { readonly status: number; readonly title: string }>> = {
  bad_input: { status: 400, title: 'The request is wrong' },
  not_authorised: { status: 401, title: 'A token is needed' },
  not_permitted: { status: 403, title: 'The token does not allow it' },
  forbidden: { status: 403, title: 'Not allowed from there' },
  unknown: { status: 404, title: 'Not found' },
  wrong_method: { status: 405, title: 'Wrong method' },
  conflict: { status: 409, title: 'Does not fit the present state' },
  too_large: { status: 413, title: 'Too large' },
  wrong_media_type: { status: 415, title: 'Wrong content type' },
  upgrade_required: { status: 426, title: 'A WebSocket is needed' },
  failed: { status: 500, title: 'The collector failed' },
  unavailable: { status: 503, title: 'Not now' },
};

/** RFC 9457. */
export function problemOf({ kind, detail, field, nearest = [] }: Refusal): Problem {
  return {
    type: `urn:holdfast:problem:${kind}`,
    ...statuses[kind],
    detail,
    ...(field === undefined ? {} : { field }),
    ...(nearest.length === 0 ? {} : { nearest }),
  };
}

/** A problem as an HTTP answer. */
export function problemResponse(refusal: Refusal, headers: Readonly<Record<string, string>> = {}): Response {
  const problem = problemOf(refusal);
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { 'content-type': problemType, 'cache-control': 'no-store', ...headers },
  });
}
