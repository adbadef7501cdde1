import type { Clock, Random } from '@holdfast/shared';
import type { Classifier } from './classification/classifier.ts';
import type { Telemetry } from './telemetry/meter.ts';

/** What every primitive is given by the agent that makes it. */
export interface Runtime {
  readonly service: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly classifier: Classifier;
  /** Counts and reports a fault of a listener or hook; never throws. */
  readonly internalError: (error: unknown) => void;
  /** The host's own redaction of error messages; it goes before ours. */
  readonly redact?: ((message: string) => string) | undefined;
}
