export { backUp } from './care/backup.ts';
export { checkData } from './care/check.ts';
export { restore } from './care/restore.ts';
export { createTokenIn, revokeTokenIn, tokensIn } from './care/tokens.ts';
export { type Collector, startCollector } from './collector.ts';
export { CollectorError, type CollectorErrorCode } from './errors.ts';
export type { Log } from './log.ts';
export { type CollectorOptions, defaultPort } from './options.ts';
export { systemClock } from './time/system-clock.ts';
