import type { Clock, Random } from '@holdfast/shared';
import type { Classifier } from './classification/classifier.ts';
import type { FaultBook } from './faults/fault-book.ts';
import type { Propagation } from './propagation/propagation.ts';
import type { Telemetry } from './telemetry/meter.ts';

/** What every primitive is given by the agent that makes it. */
export interface Runtime {
  readonly service: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly classifier: Classifier;
  /** What is done about an error of that meaning. */
  readonly propagation: Propagation;
  /** What is injected into pipelines on purpose. */
  readonly faults?: Pick<FaultBook, 'innerFor'> | undefined;
  /** Calls `stop` when the agent is closed. */
  readonly onClose?: ((stop: () => void) => void) | undefined;
  /** Counts and reports a fault of a listener or hook; never throws. */
  readonly internalError: (error: unknown) => void;
  /** The host's own redaction of error messages; it goes before ours. */
  readonly redact?: ((message: string) => string) | undefined;
}
