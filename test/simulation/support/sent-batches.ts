import { type AgentIdentity, type Batch, readAgentMessage } from '@holdfast/shared';

/** What one epoch of an agent has sealed. */
export interface SentRun {
  readonly agent: AgentIdentity;
  readonly batches: Map<number, { readonly text: string; readonly batch: Batch }>;
  /** The same sequence number with other bytes. */
  changedCount: number;
  resentCount: number;
  /** What the agent was told is stored. */
  acknowledged: number;
}

/** The batches of every agent as they were sealed, by epoch. */
export class SentBatches {
  readonly runs = new Map<string, SentRun>();

  /** Returns the epoch that the connection is of, once its hello was seen. */
  note(epoch: string, frame: string): string {
    const message = readAgentMessage(frame);
    if (!message.ok) throw new Error(`an agent sent what no collector reads: ${message.problem}`);
    if (message.value.type === 'hello') {
      const { service, instance, epoch: drawn } = message.value;
      if (!this.runs.has(drawn)) this.runs.set(drawn, newRun({ service, instance, epoch: drawn }));
      return drawn;
    }
    if (message.value.type === 'batch') noteBatch(this.runs.get(epoch), message.value, frame);
    return epoch;
  }

  /** Notes what an agent hears. */
  noteAnswer(epoch: string, frame: string): void {
    const run = this.runs.get(epoch);
    if (run !== undefined) run.acknowledged = Math.max(run.acknowledged, storedIn(frame) ?? 0);
  }
}

/** The sequence number up to which a collector says that all is stored. */
export function storedIn(frame: string): number | undefined {
  const message: unknown = JSON.parse(frame);
  if (typeof message !== 'object' || message === null) return undefined;
  const stored: unknown = Reflect.get(message, 'stored');
  return typeof stored === 'number' ? stored : undefined;
}

function newRun(agent: AgentIdentity): SentRun {
  return { agent, batches: new Map(), changedCount: 0, resentCount: 0, acknowledged: 0 };
}

function noteBatch(run: SentRun | undefined, batch: Batch, text: string): void {
  if (run === undefined) throw new Error('an agent sent a batch before its hello');
  const known = run.batches.get(batch.seq);
  if (known === undefined) run.batches.set(batch.seq, { text, batch });
  else if (known.text === text) run.resentCount += 1;
  else run.changedCount += 1;
}
