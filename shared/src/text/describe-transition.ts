import type { ResilienceEventBody } from '../vocabulary/events.ts';
import { formatRatio } from './format.ts';
import { reasonWords } from './words.ts';

/** Any change of a breaker's state. */
export type BreakerTransition = Extract<
  ResilienceEventBody,
  { readonly from: unknown; readonly callCount: number }
>;

/** Why a breaker changed its state, in words, without a name or a time: "60 % of 10 calls failed". */
export function describeTransition(event: Omit<BreakerTransition, 'kind' | 'from'>): string {
  const error = event.error === undefined ? '' : `, last: ${event.error.code ?? event.error.class}`;
  switch (event.cause) {
    case 'failure_rate':
      return `${shareOf(event.failureRatio, event.callCount)} failed${error}`;
    case 'slow_call_rate':
      return `${shareOf(event.slowCallRatio, event.callCount)} were slow`;
    case 'trip':
      return `one error opened it at once${error}`;
    case 'probe_failed':
      return `the probes failed${error}`;
    case 'probes_succeeded':
      return 'the probes succeeded';
    case 'open_elapsed':
      return 'the open time is over, probing';
    case 'half_open_timeout':
      return 'a probe never came back';
    case 'manual':
    case 'remote':
      return event.attribution === undefined
        ? 'by hand'
        : `${event.attribution.by}: ${reasonWords(event.attribution.reason)}`;
  }
}

function shareOf(ratio: number | undefined, callCount: number): string {
  return ratio === undefined ? `${callCount} calls` : `${formatRatio(ratio)} of ${callCount} calls`;
}
