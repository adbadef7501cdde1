import { type Agent, createAgent } from '@holdfast/agent';
import { SeededRandom } from '@holdfast/agent/testing';
import type { Clock, Random } from '@holdfast/shared';
import type { LinkListener, Transport } from '../../../agent/src/stream/transport.ts';
import { Life } from './life.ts';
import type { Network } from './network.ts';
import type { SentBatches, SentRun } from './sent-batches.ts';
import type { Seams } from './seams.ts';

export interface ServiceOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly seams: Seams;
  readonly sent: SentBatches;
  readonly instance: string;
  readonly seed: number;
  /** Half of the services have little memory, so that they merge and drop. */
  readonly memoryBytes: number;
}

/** What one run of a service did, as it counted itself. */
export interface Produced {
  calls: number;
  failures: number;
  transitions: number;
  /** Events that are neither summarised nor merged: what has no room of them is dropped. */
  notices: number;
}

const breakerCount = 12;

/** A service in a process of its own, with a real agent; it can be killed and started again. */
export class SimulatedService {
  readonly produced: Produced = { calls: 0, failures: 0, transitions: 0, notices: 1 };
  readonly faults: unknown[] = [];
  readonly agent: Agent;
  readonly life: Life;
  private readonly options: ServiceOptions;
  private epoch = '';

  constructor(options: ServiceOptions) {
    const { clock, network, seams, sent, instance, seed, memoryBytes } = options;
    this.options = options;
    this.life = new Life(clock);
    const random = new SeededRandom(seed).next;
    const transport = this.noting(
      network.transport(() => this.life.isLiving),
      sent,
    );
    this.agent = createAgent({
      service: 'shop',
      instance,
      collector: seams.transport(transport, instance),
      clock: this.life,
      random,
      limits: { memoryBytes },
      onInternalError: (error) => this.faults.push(error),
    });
  }

  /** Calls what it guards; some calls fail, a breaker changes its state by hand, rules are replaced. */
  async work(): Promise<void> {
    const { random } = this.options;
    const count = 1 + Math.floor(random() * breakerCount);
    for (let i = 0; i < count && this.life.isLiving; i++) await this.call(`breaker-${i}`);
    const flips = random() < 0.2 ? Math.floor(random() * 30) : 1;
    for (let i = 0; i < flips; i++) {
      this.agent.circuitBreaker('flipped').reset();
      this.produced.transitions += 1;
    }
    for (let i = random() < 0.1 ? Math.floor(random() * 100) : 0; i > 0; i--) {
      this.agent.propagation.replace([]);
      this.produced.notices += 1;
    }
  }

  /** What its agent has sealed; `undefined` before its first connection. */
  get run(): SentRun | undefined {
    return this.options.sent.runs.get(this.epoch);
  }

  kill(): void {
    this.life.kill();
    this.options.network.loseAgents();
  }

  /** Ends what a killed process would have taken with it. */
  async bury(): Promise<void> {
    this.life.kill();
    this.life.bury();
    await this.agent.close({ timeoutMs: 0 });
  }

  private async call(name: string): Promise<void> {
    const fails = this.options.random() < 0.1;
    this.produced.calls += 1;
    if (fails) this.produced.failures += 1;
    const breaker = this.agent.circuitBreaker(name);
    await breaker
      .execute(() => (fails ? Promise.reject(new Error('no answer')) : Promise.resolve('fine')))
      .catch(() => {});
  }

  /** Notes every batch as the agent itself made it, before anything can befall it, and what it is told. */
  private noting(transport: Transport, sent: SentBatches): Transport {
    const hearing = (listener: LinkListener): LinkListener => ({
      opened: () => listener.opened(),
      frame: (text) => {
        sent.noteAnswer(this.epoch, text);
        listener.frame(text);
      },
      closed: (end) => listener.closed(end),
    });
    return {
      connect: (listener) => {
        const link = transport.connect(hearing(listener));
        return {
          get bufferedBytes() {
            return link.bufferedBytes;
          },
          send: (frame) => {
            this.epoch = sent.note(this.epoch, Buffer.from(frame).toString('utf8'));
            link.send(frame);
          },
          close: (code, reason) => link.close(code, reason),
          keepAlive: (isKept) => link.keepAlive(isKept),
        };
      },
    };
  }
}
