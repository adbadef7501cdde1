import { SeededRandom } from '@holdfast/agent/testing';
import {
  type AgentIdentity,
  type Batch,
  type Levels,
  type ResourceView,
  resourceViewsOf,
  type Rollup,
} from '@holdfast/shared';
import { expect, test } from 'vitest';
import { urgentOf } from '../../../collector/src/live/urgent.ts';
import { ViewTracker } from '../../../collector/src/live/view-tracker.ts';
import {
  agent,
  columnsOf,
  levelsOf,
  openedEvent,
  rollupAt,
  startAt,
  TestLog,
} from '../../shared/state/log.ts';

const agents: readonly AgentIdentity[] = [agent, { ...agent, instance: 'checkout-2' }];
const names = ['payments', 'inventory', 'reviews', 'stock'];

/** A log in which agents come, go and report at random, and a tracker that hears of each entry. */
class Run {
  readonly log = new TestLog();
  readonly tracker: ViewTracker;
  readonly random: SeededRandom;
  now = startAt;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.tracker = new ViewTracker(() => this.log.fleet, this.now);
  }

  draw(below: number): number {
    return Math.floor(this.random.next() * below);
  }

  step(): void {
    const of = agents[this.draw(agents.length)] ?? agent;
    const what = this.draw(100);
    if (what < 3) this.connect(of);
    else if (what < 5) this.told(() => this.disconnect(of));
    else if (what < 7) this.batch(of, { events: [{ ...openedEvent(this.now), resource: this.draw(4) }] });
    else if (what < 8) this.batch(of, { levels: this.levels() });
    else if (what < 9) this.introduce(of, 2, 4);
    else this.batch(of, { rollups: columnsOf(...Array.from({ length: 3 }, () => this.rollup())) });
  }

  private connect(of: AgentIdentity): void {
    this.told(() => {
      this.log.connect(of, { at: this.now });
      return new Set(resourceViewsOf(this.log.fleet, this.now).map(({ address }) => address));
    });
    this.introduce(of, 0, 2);
  }

  private disconnect(of: AgentIdentity): Iterable<string> {
    return this.log.append({ type: 'disconnected', agent: of, clean: this.draw(2) === 0 }, this.now);
  }

  private batch(of: AgentIdentity, content: Partial<Batch>): void {
    this.told(() => this.log.batch(content, of, this.now));
  }

  /** What an agent introduces is told with the next second. */
  private introduce(of: AgentIdentity, from: number, to: number): void {
    this.batch(of, { dictionary: { from, add: this.descriptors(from, to) } });
    this.now += 1_000;
  }

  private told(append: () => Iterable<string>): void {
    const touched = append();
    const entry = this.log.entries.at(-1);
    if (entry !== undefined) this.tracker.touch(touched, urgentOf(entry, this.log.fleet.events));
  }

  private descriptors(from: number, to: number): { kind: 'circuit_breaker'; name: string }[] {
    return names.slice(from, to).map((name) => ({ kind: 'circuit_breaker', name }));
  }

  private levels(): Levels {
    const breaker = { resource: this.draw(2), state: 'half_open', sinceAt: this.now } as const;
    return levelsOf({ breakers: [breaker] });
  }

  private rollup(): Rollup {
    const second = Math.floor((this.now - startAt) / 1_000) - 1;
    const counts = { success: this.draw(20), failure: this.draw(3), retries: this.draw(2) };
    const gauges = this.draw(2) === 0 ? {} : { in_flight: this.draw(5) };
    return { ...rollupAt(second, counts, [100 + this.draw(90), 2]), resource: this.draw(4), gauges };
  }
}

function byAddress(views: readonly ResourceView[]): ResourceView[] {
  return [...views].sort((a, b) => (a.address < b.address ? -1 : 1));
}

test.each([11, 12, 13, 14])('a tracked view is the view made anew, seed %i', (seed) => {
  const run = new Run(seed);
  for (let round = 0; round < 800; round++) {
    for (let entries = run.draw(4); entries > 0; entries--) run.step();
    const isFull = run.draw(3) > 0;
    // Now and then so long that the lost are forgotten; else within a second, or a little behind it.
    run.now += run.draw(100) === 0 ? 900_001 : run.draw(20) === 0 ? run.draw(9_000) : run.draw(400);
    run.tracker.advance(run.now, isFull);
    if (!isFull) continue;
    const anew = byAddress(resourceViewsOf(run.log.fleet, run.now));
    expect(byAddress(run.tracker.view().resources)).toEqual(anew);
  }
});
