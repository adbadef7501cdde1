import { type Agent, createAgent } from '@holdfast/agent';
import type { Clock, Random } from '@holdfast/shared';
import { realTime } from '../../support/time.ts';

export interface CountingAgentOptions {
  readonly collector: string;
  readonly instance: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** What its service did, as the service counted it. */
export interface Counted {
  calls: number;
  failures: number;
  transitions: number;
}

/** The service of all of them. */
const countingService = 'counting';
const breakerCount = 10;

/** A real agent whose service keeps its own count of what it does. */
export class CountingAgent {
  readonly instance: string;
  readonly agent: Agent;
  readonly counted: Counted = { calls: 0, failures: 0, transitions: 0 };
  /** What the agent reported of itself. */
  readonly faults: string[] = [];
  private readonly random: Random;

  constructor({ collector, instance, clock, random }: CountingAgentOptions) {
    this.instance = instance;
    this.random = random;
    this.agent = createAgent({
      service: countingService,
      instance,
      collector,
      clock,
      random,
      onInternalError: (error) => this.faults.push(error instanceof Error ? error.message : String(error)),
    });
  }

  /** Some calls through breakers, of which a tenth fails, and a change of state by hand. */
  async work(): Promise<void> {
    for (let call = 0; call < 20; call++) {
      const fails = this.random() < 0.1;
      this.counted.calls += 1;
      if (fails) this.counted.failures += 1;
      await this.agent
        .circuitBreaker(`breaker-${Math.floor(this.random() * breakerCount)}`)
        .execute(() => (fails ? Promise.reject(new Error('no answer')) : Promise.resolve('fine')))
        .catch(() => {}); // counted above
    }
    this.agent.circuitBreaker('flipped').reset();
    this.counted.transitions += 1;
  }

  /**
   * Waits, in real time, until what its agent has begun is answered: for tests that move the clock, so that
   * a slow disk is not taken for silence. Gives up after three seconds.
   */
  async settle(): Promise<void> {
    const isBusy = (): boolean => {
      const { connection, pendingCount } = this.agent.status;
      const isMeeting = connection === 'connecting' || connection === 'greeting';
      return isMeeting || (connection === 'live' && pendingCount > 0);
    };
    const untilMs = realTime.monotonic() + 3_000;
    do await realTime.sleep(5);
    while (isBusy() && realTime.monotonic() < untilMs);
  }
}
