import { createClassifier } from './classification/classify.ts';
import { safeMessage } from './classification/summary.ts';
import { Connection } from './connection.ts';
import { BreakerDirectory } from './control/breaker-directory.ts';
import { FlagBook } from './flags/flags.ts';
import { HealthBook } from './health/health-book.ts';
import { InternalErrors } from './internal-errors.ts';
import type { AgentSettings } from './options/agent-options.ts';
import type { Runtime } from './runtime.ts';
import { Recorder } from './telemetry/recorder.ts';

/** What an agent is put together from. */
export interface Parts {
  readonly runtime: Runtime;
  readonly recorder: Recorder;
  readonly breakers: BreakerDirectory;
  readonly flags: FlagBook;
  readonly health: HealthBook;
  readonly connection: Connection;
  readonly internalErrors: InternalErrors;
}

/** Makes the parts of an agent and joins them. Nothing is started. */
export function assemble(settings: AgentSettings): Parts {
  const { service, clock, random, redact, classification, limits, version } = settings;
  const internalErrors = new InternalErrors(settings.onInternalError);
  const internalError = (error: unknown): void => internalErrors.note(error);
  const isListening = settings.collector !== undefined;
  const recorder = new Recorder({ clock, maxBytes: limits.memoryBytes / 2, isListening, internalError });
  const classifier = createClassifier({ rules: classification, now: () => clock.now(), internalError });
  const runtime = { service, clock, random, telemetry: recorder, classifier, internalError, redact };
  const breakers = new BreakerDirectory(recorder);
  const flags = new FlagBook({ clock, recorder, breakers, internalError });
  const connection = new Connection({ settings, recorder, flags, breakers, internalError });
  const { instance } = connection;
  const redacted = (text: string): string => safeMessage(text, redact);
  const health = new HealthBook({ clock, recorder, breakers, service, instance, version, redact: redacted });
  return { runtime, recorder, breakers, flags, health, connection, internalErrors };
}
