import type { ErrorClass, Severity } from '@holdfast/shared';
import type { Classification } from './classifier.ts';

/** What a table says of an error that it knows. */
export type Verdict = Pick<Classification, 'class' | 'severity' | 'retry' | 'countsForBreaker' | 'isMistake'>;

/** Which of an error's facts a table reads. */
export type FactName = 'status' | 'code' | 'name';

/** Keys, as the alternatives of a regular expression, and what they mean. The first row that fits decides. */
export type Row = readonly [
  keys: string,
  errorClass: ErrorClass,
  retry: Verdict['retry'],
  countsForBreaker: boolean,
];

/** Knowledge about errors as data: other tables can stand beside these. */
export interface Table {
  /** What stands before the key in `why`. */
  readonly says: string;
  readonly fact: FactName;
  readonly isMistake?: true;
  readonly rows: readonly Row[];
}

const severities: Readonly<Partial<Record<ErrorClass, Severity>>> = {
  partial_outage: 'medium',
  critical: 'high',
  throttled: 'medium',
  unknown: 'medium',
};

/** What a class means unless a table or rule says otherwise. */
export const classDefaults: Readonly<Record<ErrorClass, Verdict>> = {
  transient: verdictOf('transient', 'if_idempotent', true),
  partial_outage: verdictOf('partial_outage', 'if_idempotent', true),
  critical: verdictOf('critical', 'never', true),
  throttled: verdictOf('throttled', 'safe', false),
  caller: verdictOf('caller', 'never', false),
  cancelled: verdictOf('cancelled', 'never', false),
  rejected: verdictOf('rejected', 'never', false),
  unknown: verdictOf('unknown', 'never', true),
};

export function verdictOf(
  errorClass: ErrorClass,
  retry: Verdict['retry'],
  countsForBreaker: boolean,
): Verdict {
  return { class: errorClass, severity: severities[errorClass] ?? 'low', retry, countsForBreaker };
}

/**
 * In the order in which they are asked: what this package made itself, then the answer of the other side,
 * then what the way there said, then the kind of error.
 *
 * `safe` stands where nothing was sent or nothing was processed. Where our own side ran out of something, the
 * dependency is not to blame, so its breaker does not count it.
 */
export const tables: readonly Table[] = [
  {
    says: 'own answer',
    fact: 'code',
    rows: [
      [
        'HOLDFAST_CIRCUIT_OPEN|HOLDFAST_BULKHEAD_FULL|HOLDFAST_RATE_LIMITED|HOLDFAST_LOAD_SHED',
        'rejected',
        'never',
        false,
      ],
      ['HOLDFAST_TIMED_OUT', 'partial_outage', 'if_idempotent', true],
    ],
  },
  {
    says: 'HTTP status',
    fact: 'status',
    rows: [
      ['408', 'transient', 'if_idempotent', true],
      ['421|425', 'transient', 'safe', false],
      ['429', 'throttled', 'safe', false],
      ['4..', 'caller', 'never', false],
      ['501|505', 'critical', 'never', false],
      ['5..', 'partial_outage', 'if_idempotent', true],
    ],
  },
  {
    says: 'code',
    fact: 'code',
    rows: [
      ['ABORT_ERR|ERR_CANCELED|UND_ERR_ABORTED', 'cancelled', 'never', false],
      [
        'ECONNREFUSED|ENOTFOUND|ENETUNREACH|EHOSTUNREACH|EHOSTDOWN|ENETDOWN|UND_ERR_CONNECT_TIMEOUT',
        'partial_outage',
        'safe',
        true,
      ],
      ['EAI_AGAIN', 'transient', 'safe', true],
      ['ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET', 'transient', 'if_idempotent', true],
      ['ERR_HTTP2_STREAM_ERROR|ERR_HTTP2_GOAWAY_SESSION', 'transient', 'if_idempotent', true],
      [
        'ETIMEDOUT|ESOCKETTIMEDOUT|UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT',
        'partial_outage',
        'if_idempotent',
        true,
      ],
      ['EADDRINUSE', 'transient', 'safe', false],
      ['UND_ERR_REQ_RETRY', 'transient', 'never', false],
      ['EADDRNOTAVAIL|EMFILE|ENFILE|ENOBUFS|ENOMEM', 'critical', 'safe', false],
      ['ENOSPC|EROFS|EDQUOT|EIO|EACCES|EPERM|ENOENT', 'critical', 'never', false],
      // What is left of undici's codes says that we used it wrongly.
      ['UND_ERR_.*|ERR_INVALID_URL', 'critical', 'never', false],
      ['.*CERT.*|.*SIGNATURE.*|UNABLE_TO_.*|HOSTNAME_MISMATCH', 'critical', 'never', true],
    ],
  },
  {
    says: 'name',
    fact: 'name',
    rows: [
      ['AbortError', 'cancelled', 'never', false],
      ['TimeoutError', 'partial_outage', 'if_idempotent', true],
    ],
  },
  {
    says: 'a mistake in the program:',
    fact: 'name',
    isMistake: true,
    rows: [['TypeError|ReferenceError|RangeError', 'critical', 'never', true]],
  },
];
