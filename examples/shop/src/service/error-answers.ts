import { type Answer, refusalAnswer } from './answer.ts';

/** The classes of error that a service can be told to answer with. */
export const faultClasses = ['transient', 'partial_outage', 'critical', 'throttled', 'caller'] as const;
export type FaultClass = (typeof faultClasses)[number];

/** What a service of that class of trouble answers; `count` is how many it has answered so. */
export function errorAnswer(errorClass: FaultClass, count: number): Answer {
  switch (errorClass) {
    case 'transient':
      return refusalAnswer({ status: 503, code: 'unavailable', message: 'not just now' });
    case 'partial_outage':
      return count % 2 === 0
        ? refusalAnswer({ status: 500, code: 'internal', message: 'a part of this service is broken' })
        : refusalAnswer({
            status: 502,
            code: 'bad_gateway',
            message: 'what is behind this service is broken',
          });
    case 'critical':
      return refusalAnswer({ status: 501, code: 'not_implemented', message: 'this version cannot do that' });
    case 'throttled':
      return refusalAnswer(
        { status: 429, code: 'slow_down', message: 'too many calls' },
        { 'retry-after': '1' },
      );
    case 'caller':
      return refusalAnswer({ status: 400, code: 'bad_request', message: 'this request cannot be right' });
  }
}
