import { type Clock, type DesiredState, type FleetView, viewOf } from '@holdfast/shared';
import type { Folds, FoldedState } from '../fold/folded-state.ts';
import { PastStates } from '../fold/past-states.ts';
import { done, type Outcome } from '../refusal.ts';
import type { EventStore } from '../store/event-store.ts';
import { checkBegin, momentOf } from './moments.ts';

export interface ViewsOptions {
  readonly state: FoldedState;
  readonly store: EventStore;
  readonly clock: Clock;
}

/** The view of the fleet, now or at a moment. That of now is made at most once for each entry and second. */
export class Views {
  private readonly state: FoldedState;
  private readonly clock: Clock;
  private readonly past: PastStates;
  private made: { readonly key: string; readonly view: FleetView } | undefined;

  constructor({ state, store, clock }: ViewsOptions) {
    this.state = state;
    this.clock = clock;
    this.past = new PastStates(store, () => clock.now());
  }

  /** Desired state as it is now. */
  get desired(): DesiredState {
    return this.state.fleet.desired;
  }

  current(): FleetView {
    const now = this.clock.now();
    const key = `${this.state.generation} ${this.state.fleet.lastEntryId} ${Math.floor(now / 1_000)}`;
    if (this.made?.key !== key) this.made = { key, view: viewOf(this.state.fleet, now) };
    return this.made.view;
  }

  /** That of a moment as it stands in a query; of now where none does. */
  async at(text: string | undefined): Promise<Outcome<FleetView>> {
    if (text === undefined) return done(this.current());
    const moment = await this.momentOf(text);
    return moment.ok ? done(await this.past.viewAt(moment.value)) : moment;
  }

  /** What `read` makes of the folds, now or at the moment of a query; they are its own until it returns. */
  async read<T>(text: string | undefined, read: (folds: Folds, at: number) => T): Promise<Outcome<T>> {
    if (text === undefined) return done(read(this.state, this.clock.now()));
    const moment = await this.momentOf(text);
    if (!moment.ok) return moment;
    return done(await this.past.stateAt(moment.value, (folds) => read(folds, moment.value)));
  }

  private async momentOf(text: string): Promise<Outcome<number>> {
    const moment = momentOf(text, this.clock);
    return moment.ok ? checkBegin(moment.value, await this.past.beginsAt()) : moment;
  }
}
