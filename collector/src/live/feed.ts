import {
  agentSubject,
  type AgentView,
  auditSubject,
  type AuditEntry,
  describeEvent,
  errorSubject,
  type ErrorView,
  eventSubject,
  type FigureChange,
  figuresOf,
  type Filter,
  type FilterContext,
  filterContextOf,
  type FilterSubject,
  type FleetEvent,
  fleetLimits,
  flagSubject,
  type FlagView,
  type LiveDelta,
  type LiveGone,
  type LiveSnapshot,
  matchesFilter,
  resourceSubject,
  type ResourceView,
} from '@holdfast/shared';
import { FeedPart, FeedTail, type PartChange } from './feed-part.ts';
import { Told } from './told.ts';
import type { Changes, ViewTracker } from './view-tracker.ts';

/** What the readers of one filter are told of a tracker's fleet. */
export class Feed {
  private readonly tracker: ViewTracker;
  private readonly filter: Filter;
  private readonly resources = new Told();
  private readonly flags: FeedPart<FlagView>;
  private readonly errors: FeedPart<ErrorView>;
  private readonly agents: FeedPart<AgentView>;
  private readonly events: FeedTail<FleetEvent>;
  private readonly audit: FeedTail<AuditEntry>;
  /** What was told before it cannot be gone on from. */
  private readonly firstStep: number;
  /** What stands around a thing, as of the last step. */
  private context: FilterContext;

  constructor(tracker: ViewTracker, filter: Filter) {
    this.tracker = tracker;
    this.filter = filter;
    const { step } = tracker;
    this.firstStep = step;
    const view = tracker.view();
    this.context = filterContextOf(view);
    for (const resource of view.resources)
      if (this.shows(resource)) this.resources.set(resource.address, step);
    this.flags = new FeedPart(
      tracker.flags,
      (flag) => this.passes(() => flagSubject(flag, this.context)),
      step,
    );
    const showsError = (error: ErrorView): boolean => this.passes(() => errorSubject(error, this.context));
    this.errors = new FeedPart(tracker.errors, showsError, step);
    this.agents = new FeedPart(tracker.agents, (agent) => this.passes(() => agentSubject(agent)), step);
    this.events = new FeedTail(fleetLimits.events, (of) =>
      this.passes(() => eventSubject(of, describeEvent(of))),
    );
    this.audit = new FeedTail(fleetLimits.audit, (entry) => this.passes(() => auditSubject(entry)));
    this.events.take(view.events, step);
    this.audit.take(view.audit, step);
  }

  snapshot(): LiveSnapshot {
    const { resources = [], numbers = [] } = this.whole(this.resources.keys());
    const [flags, errors, agents] = [this.flags.items(), this.errors.items(), this.agents.items()];
    const [events, audit] = [this.events.items(), this.audit.items()];
    const view = { at: this.tracker.at, resources, flags, errors, agents, events, audit };
    return { type: 'snapshot', view, numbers };
  }

  /** What its readers are to hear of a step. Every step must be taken, in order. */
  take(changes: Changes): LiveDelta {
    const { at, step } = changes;
    if (this.filter.length > 0) this.context = filterContextOf(this.tracker.view());
    const surroundings = this.changedAround(changes);
    return {
      type: 'delta',
      at,
      ...this.takeResources(changes),
      ...listsOf({
        flags: this.flags.take(changes.flags, step, surroundings),
        errors: this.errors.take(changes.errors, step, surroundings),
        agents: this.agents.take(changes.agents, step),
        events: this.events.take(changes.events, step),
        audit: this.audit.take(changes.audit, step),
      }),
    };
  }

  /** All that changed after a step, in one message; `undefined` where that is no longer known. */
  since(step: number): LiveDelta | undefined {
    if (step < this.firstStep || step > this.tracker.step) return undefined;
    const [flags, errors, agents] = [
      this.flags.since(step),
      this.errors.since(step),
      this.agents.since(step),
    ];
    const [events, audit] = [this.events.since(step), this.audit.since(step)];
    const told = this.resources.since(step);
    if (!told || !flags || !errors || !agents || !events || !audit) return undefined;
    return {
      type: 'delta',
      at: this.tracker.at,
      ...this.whole(told.changed),
      ...(told.gone.length === 0 ? {} : { removed: told.gone }),
      ...listsOf({ flags, errors, agents, events, audit }),
    };
  }

  private takeResources(changes: Changes): Pick<LiveDelta, 'resources' | 'numbers' | 'figures' | 'removed'> {
    const whole: string[] = [];
    const figures: FigureChange[] = [];
    const removed: string[] = [];
    for (const address of this.candidates(changes)) {
      const resource = this.tracker.resources.get(address);
      if (resource === undefined || !this.shows(resource)) {
        if (this.resources.drop(address, changes.step)) removed.push(address);
        continue;
      }
      const isKnown = this.resources.has(address);
      const change = changes.resources.get(address);
      if (isKnown && change === undefined) continue;
      this.resources.set(address, changes.step);
      if (isKnown && change?.figures !== undefined) figures.push(change.figures);
      else whole.push(address);
    }
    return {
      ...this.whole(whole),
      ...(figures.length === 0 ? {} : { figures: figuresOf(figures) }),
      ...(removed.length === 0 ? {} : { removed }),
    };
  }

  /** Whether more than figures changed, so that what a filter sees of flags and errors may have. */
  private changedAround({ resources, flags, agents }: Changes): boolean {
    if (this.filter.length === 0) return false;
    if (flags.length > 0 || agents.length > 0) return true;
    return [...resources.values()].some(({ figures }) => figures === undefined);
  }

  /** What a filter sees of a resource depends on the flags and agents too. */
  private candidates({ resources, flags, agents }: Changes): Iterable<string> {
    if (this.filter.length === 0 || (flags.length === 0 && agents.length === 0)) return resources.keys();
    return new Set([...resources.keys(), ...this.tracker.resources.keys()]);
  }

  private whole(addresses: Iterable<string>): Pick<LiveDelta, 'resources' | 'numbers'> {
    const resources = [...addresses].flatMap((address) => this.tracker.resources.get(address) ?? []);
    if (resources.length === 0) return {};
    return { resources, numbers: resources.map(({ address }) => this.tracker.numberOf(address)) };
  }

  private shows(resource: ResourceView): boolean {
    return this.passes(() => resourceSubject(resource, this.context));
  }

  private passes(subjectOf: () => FilterSubject): boolean {
    return this.filter.length === 0 || matchesFilter(this.filter, subjectOf());
  }
}

interface ListChanges {
  readonly flags: PartChange<FlagView>;
  readonly errors: PartChange<ErrorView>;
  readonly agents: PartChange<AgentView>;
  readonly events: readonly FleetEvent[];
  readonly audit: readonly AuditEntry[];
}

type Lists = Pick<LiveDelta, 'flags' | 'errors' | 'agents' | 'gone' | 'events' | 'audit'>;

function listsOf({ flags, errors, agents, events, audit }: ListChanges): Lists {
  const gone: LiveGone = {
    ...(flags.gone.length === 0 ? {} : { flags: flags.gone }),
    ...(errors.gone.length === 0 ? {} : { errors: errors.gone }),
    ...(agents.gone.length === 0 ? {} : { agents: agents.gone }),
  };
  return {
    ...(flags.changed.length === 0 ? {} : { flags: flags.changed }),
    ...(errors.changed.length === 0 ? {} : { errors: errors.changed }),
    ...(agents.changed.length === 0 ? {} : { agents: agents.changed }),
    ...(Object.keys(gone).length === 0 ? {} : { gone }),
    ...(events.length === 0 ? {} : { events }),
    ...(audit.length === 0 ? {} : { audit }),
  };
}
