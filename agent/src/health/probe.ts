import { type HealthStatus, healthStatuses, show } from '@holdfast/shared';
import { messageOf } from '../classification/summary.ts';

/**
 * What a check answers. Nothing or `true` is `up`, `false` is `down`; what it throws is `down` with the
 * message.
 */
export type HealthAnswer =
  | undefined
  | boolean
  | HealthStatus
  | { readonly status: HealthStatus; readonly message?: string };

/** Looks at something that the service depends on. The signal aborts when `timeoutMs` is over. */
export type HealthProbe = (call: {
  readonly signal: AbortSignal;
}) => HealthAnswer | void | PromiseLike<HealthAnswer | void>;

/** What a call of a probe came to. */
export interface ProbeResult {
  readonly status: HealthStatus;
  readonly outcome: 'success' | 'failure' | 'timeout';
  readonly message?: string;
}

/** Calls a probe. Rejects with what it throws, and where it answers what means nothing. */
export async function callProbe(probe: HealthProbe, signal: AbortSignal): Promise<ProbeResult> {
  const answer = (await probe({ signal })) ?? true;
  const { status, message } = readAnswer(answer);
  const outcome = status === 'up' || status === 'degraded' ? 'success' : 'failure';
  return message === undefined ? { status, outcome } : { status, outcome, message };
}

function readAnswer(answer: unknown): { readonly status: HealthStatus; readonly message?: string } {
  if (typeof answer === 'boolean') return { status: answer ? 'up' : 'down' };
  if (typeof answer !== 'object' || answer === null) return { status: readStatus(answer) };
  const status = readStatus(Reflect.get(answer, 'status'));
  const message: unknown = Reflect.get(answer, 'message');
  return typeof message === 'string' ? { status, message } : { status };
}

/** A check written in JavaScript may answer anything. */
function readStatus(answer: unknown): HealthStatus {
  const status = healthStatuses.find((known) => known === answer);
  if (status === undefined) throw new TypeError(`the check answered ${show(answer)}`);
  return status;
}

/** What a probe that threw has said. */
export function failureOf(error: unknown): ProbeResult {
  return { status: 'down', outcome: 'failure', message: messageOf(error) };
}
