import type { Problem } from '@holdfast/shared';

/** The words of an `application/problem+json` answer. */
export function problemText(body: unknown, status: number): string {
  if (typeof body !== 'object' || body === null) return `the collector answered ${status}`;
  const problem = body as Partial<Problem>; // every field is looked at below
  const detail = typeof problem.detail === 'string' ? problem.detail : `the collector answered ${status}`;
  const nearest = Array.isArray(problem.nearest) ? problem.nearest : [];
  return nearest.length === 0 ? detail : `${detail}. Did you mean ${nearest.join(', ')}?`;
}
