import { type ControlFact, type Hello, instanceKey, type Welcome } from '@holdfast/shared';
import type { Journal } from '../journal/journal.ts';
import type { Log } from '../log.ts';
import { readHead } from '../store/audit-chain.ts';
import type { EventStore } from '../store/event-store.ts';

export interface WitnessesOptions {
  readonly store: Pick<EventStore, 'auditHead' | 'placeOfHead'>;
  readonly journal: Pick<Journal, 'record'>;
  readonly log: Log;
}

/** Who lies about a new head each time must not fill the audit list. */
const mostForks = 100;

/**
 * The agents as witnesses of the audit list: each keeps the head that it was told last and brings it when it
 * comes back. Where the list does not lead through it, rows were cut off or altered behind the collector's
 * back, or a backup was restored.
 */
export class Witnesses {
  private readonly options: WitnessesOptions;
  /** Heads that did not fit, each told in the audit list. */
  private readonly told = new Set<string>();

  constructor(options: WitnessesOptions) {
    this.options = options;
  }

  /** What an agent is to keep from now on. */
  get news(): Pick<Welcome, 'auditHead'> {
    const auditHead = this.options.store.auditHead();
    return auditHead === undefined ? {} : { auditHead };
  }

  /** Whether an agent brings anything but the head that stands; most bring that one, or none. */
  isNews({ auditHead }: Hello): boolean {
    return auditHead !== undefined && auditHead !== this.options.store.auditHead();
  }

  /**
   * Compares what an agent brings. A head that does not fit is told once, also over restarts. Rejects where
   * that cannot be stored: the agent must keep it then.
   */
  async hear(hello: Hello): Promise<void> {
    const { store } = this.options;
    const { auditHead: held } = hello;
    const head = readHead(held ?? '');
    if (held === undefined || head === undefined || this.isSettled(held)) return;
    const place = await store.placeOfHead(head);
    if (place === 'fits' || this.isSettled(held)) return;
    this.told.add(held);
    if (place === 'forked') await this.tell(hello, held);
  }

  private isSettled(held: string): boolean {
    return this.told.size >= mostForks || this.told.has(held);
  }

  private async tell(hello: Hello, held: string): Promise<void> {
    const { store, journal, log } = this.options;
    const fact: ControlFact = {
      type: 'control',
      version: 0,
      action: 'audit.forked',
      target: instanceKey(hello),
      from: held,
      to: store.auditHead() ?? null,
      by: 'holdfast',
      via: 'collector',
      reason: 'it brought this head when it came back',
    };
    try {
      await journal.record(fact);
    } catch (error) {
      this.told.delete(held);
      throw error;
    }
    log('warning', `the audit list was cut, altered or restored: ${fact.target} holds the head ${held}`);
  }
}
