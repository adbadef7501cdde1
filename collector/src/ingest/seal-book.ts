import { type AgentIdentity, instanceKey } from '@holdfast/shared';
import { hash } from 'node:crypto';

interface Seals {
  readonly epoch: string;
  /** The seals of the last batches, by their number modulo `kept`. */
  readonly recent: (Seal | undefined)[];
}
interface Seal {
  readonly seq: number;
  readonly hash: string;
}

/** Twice what an agent may have on the way. */
const kept = 16;
const maxInstances = 20_000;

/**
 * What the last batches of each agent looked like, for as long as the collector runs. A batch is sent again
 * with the same bytes: a number that comes with others has two senders, a copied machine for instance.
 */
export class SealBook {
  /** By `service@instance`. */
  private readonly instances = new Map<string, Seals>();

  note(agent: AgentIdentity, seq: number, frame: Uint8Array): void {
    this.sealsOf(agent).recent[seq % kept] = { seq, hash: hashOf(frame) };
  }

  /** Whether this number is known to have come with other bytes. */
  differs(agent: AgentIdentity, seq: number, frame: Uint8Array): boolean {
    const known = this.sealsOf(agent).recent[seq % kept];
    return known?.seq === seq && known.hash !== hashOf(frame);
  }

  private sealsOf(agent: AgentIdentity): Seals {
    const key = instanceKey(agent);
    const known = this.instances.get(key);
    if (known?.epoch === agent.epoch) return known;
    if (this.instances.size >= maxInstances) this.instances.clear();
    const seals: Seals = { epoch: agent.epoch, recent: [] };
    this.instances.set(key, seals);
    return seals;
  }
}

/** 64 bits. */
function hashOf(frame: Uint8Array): string {
  return hash('sha256', frame, 'hex').slice(0, 16);
}
