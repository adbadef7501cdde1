import { createClassifier } from './classification/classify.ts';
import { safeMessage } from './classification/summary.ts';
import { Connection } from './connection.ts';
import { BreakerDirectory } from './control/breaker-directory.ts';
import { FaultBook } from './faults/fault-book.ts';
import { FlagBook } from './flags/flags.ts';
import { HealthBook } from './health/health-book.ts';
import { InternalErrors } from './internal-errors.ts';
import type { AgentSettings } from './options/agent-options.ts';
import { Propagation } from './propagation/propagation.ts';
import type { Runtime } from './runtime.ts';
import { Recorder } from './telemetry/recorder.ts';

/** What an agent is put together from. */
export interface Parts {
  readonly runtime: Runtime;
  readonly recorder: Recorder;
  readonly breakers: BreakerDirectory;
  readonly flags: FlagBook;
  readonly faults: FaultBook;
  readonly health: HealthBook;
  readonly connection: Connection;
  readonly internalErrors: InternalErrors;
  /** What ends with the agent, each to be called once. */
  readonly closers: readonly (() => void)[];
}

/** Makes the parts of an agent and joins them. Nothing is started. */
export function assemble(settings: AgentSettings): Parts {
  const { service, clock, random, classification, limits, version } = settings;
  const internalErrors = new InternalErrors(settings.onInternalError);
  const internalError = (error: unknown): void => internalErrors.note(error);
  const isListening = settings.collector !== undefined;
  const recorder = new Recorder({ clock, maxBytes: limits.memoryBytes / 2, isListening, internalError });
  const redact = settings.redact && counting(settings.redact, recorder);
  const classifier = createClassifier({ rules: classification, now: () => clock.now(), internalError });
  const breakers = new BreakerDirectory(recorder);
  const flags = new FlagBook({ clock, recorder, breakers, internalError });
  const propagation = new Propagation({
    rules: settings.propagation,
    degrade: (flag, cause, forMs) => flags.degrade(flag, cause, forMs),
    replaced: (changes) => recorder.emit({ kind: 'config.changed', changes }),
    internalError,
  });
  const telemetry = recorder;
  const connection = new Connection({ settings, recorder, flags, breakers, internalError });
  const { instance } = connection;
  const offBecause = settings.faultsOffBecause;
  const faults = new FaultBook({ service, instance, clock, random, telemetry, breakers, offBecause });
  const closers: (() => void)[] = [];
  const onClose = (stop: () => void): void => void closers.push(stop);
  const hooks = { internalError, redact, onClose };
  const runtime = { service, clock, random, telemetry, classifier, propagation, faults, ...hooks };
  const redacted = (text: string): string => safeMessage(text, redact);
  const health = new HealthBook({ clock, recorder, breakers, service, instance, version, redact: redacted });
  return { runtime, recorder, breakers, flags, faults, health, connection, internalErrors, closers };
}

type Redact = (message: string) => string;

/** The host's redaction. A message that it fails on is not sent, and that is counted. */
function counting(redact: Redact, { drops }: Recorder): Redact {
  return (message) => {
    try {
      return redact(message);
    } catch (error) {
      drops.add('message', 'redaction_failed');
      throw error;
    }
  };
}
