import type { Attribution, ErrorSummary, ResilienceEventBody, ResourceDescriptor } from '@holdfast/shared';

/** Cuts text to a wire limit and shows that it was cut. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** An event whose texts fit the wire's limits: one text too long would have the whole batch refused. */
export function fitEvent(event: ResilienceEventBody): ResilienceEventBody {
  const fitted: Record<string, unknown> = { ...event };
  if ('error' in event && event.error !== undefined) fitted['error'] = fitError(event.error);
  if ('attribution' in event && event.attribution !== undefined)
    fitted['attribution'] = fitAttribution(event.attribution);
  if ('cause' in event && event.cause !== undefined) fitted['cause'] = cut(event.cause, lengths.cause);
  if ('message' in event && event.message !== undefined)
    fitted['message'] = cut(event.message, lengths.message);
  if ('operation' in event && event.operation !== undefined)
    fitted['operation'] = cut(event.operation, lengths.operation);
  return fitted as ResilienceEventBody; // a copy of the event in which only texts became shorter
}

/** A level whose texts fit. */
export function fitLevel<T extends FittableLevel>(level: T): T {
  return {
    ...level,
    ...(level.error === undefined ? {} : { error: fitError(level.error) }),
    ...(level.attribution === undefined ? {} : { attribution: fitAttribution(level.attribution) }),
    ...(level.cause === undefined ? {} : { cause: cut(level.cause, lengths.cause) }),
    ...(level.message === undefined ? {} : { message: cut(level.message, lengths.message) }),
  };
}

interface FittableLevel {
  readonly error?: ErrorSummary;
  readonly attribution?: Attribution;
  readonly cause?: string;
  readonly message?: string;
}

/** A descriptor whose texts fit. */
export function fitDescriptor(descriptor: ResourceDescriptor): ResourceDescriptor {
  const { dependency, config } = descriptor;
  return {
    ...descriptor,
    ...(dependency === undefined ? {} : { dependency: cut(dependency, lengths.option) }),
    ...(config === undefined ? {} : { config: fitConfig(config) }),
  };
}

const lengths = {
  by: 128,
  cause: 512,
  code: 128,
  configEntries: 32,
  fingerprint: 128,
  message: 1_024,
  operation: 256,
  option: 256,
  reason: 512,
} as const;

function fitError(error: ErrorSummary): ErrorSummary {
  return {
    ...error,
    message: cut(error.message, lengths.message),
    fingerprint: cut(error.fingerprint, lengths.fingerprint),
    ...(error.code === undefined ? {} : { code: cut(error.code, lengths.code) }),
    ...(error.why === undefined ? {} : { why: cut(error.why, lengths.message) }),
  };
}

function fitAttribution(attribution: Attribution): Attribution {
  return { by: cut(attribution.by, lengths.by), reason: cut(attribution.reason, lengths.reason) };
}

function fitConfig(
  config: NonNullable<ResourceDescriptor['config']>,
): NonNullable<ResourceDescriptor['config']> {
  const entries = Object.entries(config).slice(0, lengths.configEntries);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'string' ? cut(value, lengths.option) : value]),
  );
}
