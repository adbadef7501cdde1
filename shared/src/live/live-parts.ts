import { compareAgents } from '../state/agent-view.ts';
import { compareErrors, errorKey } from '../state/error-view.ts';
import { compareFlags } from '../state/select.ts';
import type { AgentView, ErrorView, FlagView } from '../state/views.ts';

/** How the items of a list are told apart, and in which order they stand. */
export interface LiveListing<T> {
  readonly keyOf: (item: T) => string;
  readonly compare: (a: T, b: T) => number;
}

interface Listings {
  readonly flags: LiveListing<FlagView>;
  readonly errors: LiveListing<ErrorView>;
  readonly agents: LiveListing<AgentView>;
}
export type LivePart = keyof Listings;

/** The lists of the live feed of which only what changed is told: flags, error classes, agents. */
export const liveParts: Listings = {
  flags: { keyOf: (flag) => flag.key, compare: compareFlags },
  errors: { keyOf: errorKey, compare: compareErrors },
  agents: { keyOf: (agent) => `${agent.service}@${agent.instance}`, compare: compareAgents },
};
