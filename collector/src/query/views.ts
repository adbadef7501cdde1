import { type Clock, type FleetView, viewOf } from '@holdfast/shared';
import type { FoldedState } from '../fold/folded-state.ts';

/** The present view of the fleet, made at most once for each entry and each second. */
export class Views {
  private readonly state: FoldedState;
  private readonly clock: Clock;
  private made: { readonly key: string; readonly view: FleetView } | undefined;

  constructor(state: FoldedState, clock: Clock) {
    this.state = state;
    this.clock = clock;
  }

  current(): FleetView {
    const now = this.clock.now();
    const key = `${this.state.generation} ${this.state.fleet.lastEntryId} ${Math.floor(now / 1_000)}`;
    if (this.made?.key !== key) this.made = { key, view: viewOf(this.state.fleet, now) };
    return this.made.view;
  }
}
