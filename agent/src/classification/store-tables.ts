import type { Row } from './tables.ts';
import { again, broken, caller, outage, ours, passing, refused, throttled, unsent } from './verdicts.ts';

/** PostgreSQL; the classes are the standard's. */
export const sqlStateRows: readonly Row[] = [
  // The transaction was undone, or the lock not taken.
  ['40001|40P01|55P03|55006', again],
  ['08001|57P03|53300', refused],
  ['08000|08003|08006|57P0[12]|53400|57014', outage],
  ['57P05|25P03', passing],
  // The outcome of a commit is unknown: never do it again blindly.
  ['08007|40003', ours],
  ['53100|53200|58...|XX...|57P04|25006', broken],
  ['08...|28...|3D000|3F000|25...', ours],
  ['53...', outage],
  ['2[1-7]...|42...|P0...|0A...|44...', caller],
];

/** MySQL and MariaDB, by number. */
export const mysqlRows: readonly Row[] = [
  ['1205|1213|3572|3058|1412', again],
  ['1040|1203|1226', refused],
  ['1053|1077|1152|115[89]|116[01]|4031|1317|3024|1969', outage],
  ['1290|1836|1792|1129', broken],
  // 1180: the outcome of a commit is unknown.
  ['1180|104[459]|1698|3159', ours],
  ['1048|1054|1062|1064|1146|1264|1366|1406|145[12]', caller],
];

/** Joined by commas, in the driver's order. */
export const mongoLabelRows: readonly Row[] = [
  ['.*UnknownTransactionCommitResult.*', ours],
  ['.*SystemOverloadedError.*', throttled],
  ['.*(?:TransientTransactionError|NoWritesPerformed).*', again],
  ['.*PoolRequestedRetry.*', refused],
  ['.*(?:RetryableWriteError|RetryableError).*', outage],
];

export const mongoCodeRows: readonly Row[] = [
  ['6|7|89|91|134|189|262|9001|10107|11600|11602|13435|13436|50', outage],
  ['112', again],
  // 64, 79, 100: written, but nobody knows how safely.
  ['18|8000|64|79|100', ours],
  ['2|9|20|26|121|11000|11001', caller],
];

/** The word that a reply begins with. */
export const redisRows: readonly Row[] = [
  ['ASK|MOVED', again],
  ['TRYAGAIN|LOADING', unsent],
  ['CLUSTERDOWN|MASTERDOWN|READONLY|NOREPLICAS|BUSY', refused],
  ['OOM|MISCONF', broken],
  ['NOAUTH|WRONGPASS|NOPERM|DENIED', ours],
  ['WRONGTYPE|ERR|NOSCRIPT|EXECABORT|CROSSSLOT|BUSYGROUP|BUSYKEY|NOTBUSY|NOGROUP', caller],
];

/** What the clients of MySQL say of an error after which a connection is of no more use. */
export const fatalRows: readonly Row[] = [['fatal', outage]];
