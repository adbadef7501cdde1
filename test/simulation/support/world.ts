import { FakeClock, SeededRandom } from '@holdfast/agent/testing';
import type { Random } from '@holdfast/shared';
import { SimulatedCollector } from './collector.ts';
import type { Disk } from './disk.ts';
import { Network } from './network.ts';
import type { Seams } from './seams.ts';
import { SentBatches, storedIn } from './sent-batches.ts';
import { SimulatedService } from './service.ts';

export const faultNames = [
  'cut',
  'half_open',
  'stall',
  'parting',
  'commit_failure',
  'slow_commit',
  'overload',
  'collector_kill',
  'agent_kill',
  'restore',
] as const;
export type FaultName = (typeof faultNames)[number];

/** One collector, some services, and what befalls them, all from one seed and on one clock. */
export class World {
  readonly clock = new FakeClock(1_780_000_020_000);
  readonly random: Random;
  readonly sent = new SentBatches();
  readonly collector: SimulatedCollector;
  readonly network: Network;
  readonly services: SimulatedService[] = [];
  /** Those that were killed. */
  readonly former: SimulatedService[] = [];
  readonly faults = new Map<FaultName, number>();
  /** What the collector said is stored and was not, as it said so. */
  readonly lies: string[] = [];
  private readonly seams: Seams;
  private backup: Disk | undefined;
  private readonly checked = new Map<string, number>();

  constructor(seed: number, seams: Seams) {
    this.seams = seams;
    this.random = new SeededRandom(seed).next;
    const { clock, random } = this;
    this.network = new Network({ clock, random });
    const onAnswer = (epoch: string, frame: string): void => this.checkAnswer(epoch, frame);
    this.collector = new SimulatedCollector({ clock, random, network: this.network, seams, onAnswer });
  }

  async start(): Promise<void> {
    await this.startCollector();
    const count = 1 + Math.floor(this.random() * 3);
    for (let i = 0; i < count; i++) this.startService(`shop-${i}`);
  }

  /** A number from 0 up to `limit`. */
  upTo(limit: number): number {
    return this.random() * limit;
  }

  async befall(fault: FaultName): Promise<void> {
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
    const now = this.clock.monotonic();
    const { store } = this.collector;
    switch (fault) {
      case 'cut':
        return this.pick()?.cut(this.random() < 0.5);
      case 'half_open':
        return this.pick()?.hold(10_000 + this.upTo(40_000), this.random() < 0.5 ? 'both' : 'down');
      case 'stall':
        return this.pick()?.hold(this.upTo(3_000), this.random() < 0.5 ? 'up' : 'both');
      case 'parting':
        return this.network.part(5_000 + this.upTo(40_000));
      case 'commit_failure':
        if (store !== undefined) store.failsUntil = now + this.upTo(2_000);
        return;
      case 'slow_commit':
        if (store !== undefined) store.slowUntil = now + this.upTo(3_000);
        return;
      case 'overload':
        return this.overload();
      case 'collector_kill':
        return this.killCollector();
      case 'agent_kill':
        return this.killService();
      case 'restore':
        return this.restore();
    }
  }

  /** A copy of what is stored, to be restored later. */
  backUp(): void {
    this.backup = this.collector.disk.copy();
  }

  async heal(): Promise<void> {
    this.network.heal();
    this.collector.load = 0;
    const { store } = this.collector;
    if (store === undefined) await this.startCollector();
    else Object.assign(store, { failsUntil: 0, slowUntil: 0 });
  }

  /** Lets go of what the world holds. */
  async end(): Promise<void> {
    this.collector.kill();
    for (const service of [...this.services, ...this.former]) await service.bury();
  }

  /** Reading its store takes time, which has to pass meanwhile. */
  private async startCollector(): Promise<void> {
    let isStarted = false;
    const started = this.collector.start().finally(() => (isStarted = true));
    while (!isStarted) await this.clock.advance(5);
    await started;
  }

  private startService(instance: string): void {
    const { clock, random, network, seams, sent } = this;
    const seed = Math.floor(random() * 2 ** 31);
    const memoryBytes = random() < 0.5 ? 262_144 : 4_194_304;
    const of = { clock, random, network, seams, sent, instance, seed, memoryBytes };
    this.services.push(new SimulatedService(of));
  }

  private pick():
    | { cut(late: boolean): void; hold(ms: number, way: 'up' | 'down' | 'both'): void }
    | undefined {
    const connections = [...this.network.connections];
    return connections[Math.floor(this.upTo(connections.length))];
  }

  private overload(): void {
    const { collector, clock } = this;
    collector.load = this.random() < 0.5 ? 0.3 : 0.6;
    clock.setTimeout(() => (collector.load = 0), this.upTo(60_000));
  }

  private async killCollector(): Promise<void> {
    this.collector.kill();
    await this.clock.advance(this.upTo(4_000));
    await this.startCollector();
  }

  private async killService(): Promise<void> {
    const [killed] = this.services.splice(Math.floor(this.upTo(this.services.length)), 1);
    if (killed === undefined) return;
    killed.kill();
    this.former.push(killed);
    await this.clock.advance(this.upTo(500));
    this.startService(killed.agent.instance);
  }

  private async restore(): Promise<void> {
    this.collector.kill();
    this.collector.disk = (this.backup ?? this.collector.disk).copy();
    this.checked.clear();
    await this.clock.advance(this.upTo(2_000));
    await this.startCollector();
  }

  private checkAnswer(epoch: string, frame: string): void {
    const stored = storedIn(frame);
    if (stored === undefined) return;
    for (let seq = (this.checked.get(epoch) ?? 0) + 1; seq <= stored; seq++) {
      const count = this.collector.disk.countOf(epoch, seq);
      if (count !== 1)
        this.lies.push(`batch ${seq} of ${epoch} was acknowledged and is stored ${count} times`);
    }
    this.checked.set(epoch, Math.max(stored, this.checked.get(epoch) ?? 0));
  }
}
