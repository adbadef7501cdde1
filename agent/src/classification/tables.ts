import {
  awsRows,
  cancelRows,
  fetchRows,
  grpcRows,
  httpRows,
  messageRows,
  mistakeRows,
  nameRows,
  ownRows,
  phaseRows,
  systemRows,
} from './call-tables.ts';
import {
  codeOf,
  fatalOf,
  firstLineOf,
  grpcStatusOf,
  mongoCodeOf,
  mongoLabelsOf,
  mysqlNumberOf,
  nameOf,
  phaseOf,
  redisWordOf,
  sqlStateOf,
  statusKeyOf,
} from './facts.ts';
import {
  fatalRows,
  mongoCodeRows,
  mongoLabelRows,
  mysqlRows,
  redisRows,
  sqlStateRows,
} from './store-tables.ts';
import type { Verdict } from './verdicts.ts';

/** Keys, as the alternatives of a regular expression, and what they mean. The first row that fits decides. */
export type Row = readonly [keys: string, verdict: Verdict];

/** Knowledge about errors as data: other tables can stand beside these. */
export interface Table {
  /** What stands before the key in `why`. */
  readonly says: string;
  /** What the table reads of an error. */
  readonly fact: (link: object) => string | undefined;
  /** What stands before the key in the classification's `code`; absent where the key is no code. */
  readonly code?: string;
  readonly rows: readonly Row[];
}

/**
 * In the order in which they are asked: what this package made itself; what only one kind of client says;
 * the answer of the other side; how far the call came; then codes and names, whenever they were made.
 */
export const tables: readonly Table[] = [
  { says: 'own answer', fact: codeOf, code: '', rows: ownRows },
  { says: 'message', fact: firstLineOf, rows: messageRows },
  { says: 'AWS error', fact: nameOf, code: '', rows: awsRows },
  { says: 'AWS code', fact: codeOf, code: '', rows: awsRows },
  { says: 'gRPC status', fact: grpcStatusOf, code: 'GRPC_', rows: grpcRows },
  { says: 'MySQL error', fact: mysqlNumberOf, rows: mysqlRows },
  { says: 'SQLSTATE', fact: sqlStateOf, code: '', rows: sqlStateRows },
  { says: 'MongoDB labels', fact: mongoLabelsOf, rows: mongoLabelRows },
  { says: 'MongoDB code', fact: mongoCodeOf, code: 'MONGO_', rows: mongoCodeRows },
  { says: 'Redis reply', fact: redisWordOf, code: '', rows: redisRows },
  { says: 'HTTP status', fact: statusKeyOf, code: 'HTTP_', rows: httpRows },
  { says: 'before anything was sent:', fact: phaseOf, rows: phaseRows },
  { says: 'code', fact: codeOf, code: '', rows: systemRows },
  { says: 'name', fact: nameOf, rows: nameRows },
  { says: 'code', fact: codeOf, code: '', rows: cancelRows },
  { says: 'name', fact: nameOf, rows: cancelRows },
  { says: 'database client:', fact: fatalOf, rows: fatalRows },
  { says: 'message', fact: firstLineOf, rows: fetchRows },
  { says: 'a mistake in the program:', fact: nameOf, rows: mistakeRows },
];
