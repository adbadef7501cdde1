import {
  describeEvent,
  eventSubject,
  type Filter,
  type FleetEvent,
  formatMoment,
  formatZone,
  type LiveMessage,
  type LiveQuestion,
  matchesFilter,
} from '@holdfast/shared';
import { follow } from '../client/follow.ts';
import { eventColumns } from '../columns/events.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { csvHeader } from '../output/csv.ts';
import { formatLine } from '../output/print.ts';

export interface TailOptions {
  /** How many of the events before now to begin with. */
  readonly limit: number;
  /** Epoch milliseconds; what is older is left out. */
  readonly sinceAt: number | undefined;
  /** What it lets through is shown. */
  readonly filter: Filter;
  /** From when, and how fast; the present where it is empty. */
  readonly question: LiveQuestion;
}

/** Prints a line an event, until Ctrl-C. What a reconnect brings again is printed once. */
export async function tailEvents(context: Context, options: TailOptions): Promise<void> {
  const { host, printing } = context;
  const fresh = createFreshEvents(options);
  const tellTime = createTimeTeller(context);
  if (printing.format === 'csv') host.out.write(`${csvHeader(eventColumns(host.clock.now()))}\r\n`);
  await follow(context, {
    until: host.stopSignal(),
    question: options.question,
    message(message) {
      tellTime(message);
      const columns = eventColumns(host.clock.now());
      for (const event of fresh(message)) host.out.write(formatLine(columns, event, printing));
    },
  });
  host.exitCode = exitCodes.interrupted;
}

/** Says when the past begins to be shown, and when it has caught up with now. */
function createTimeTeller({ say }: Context): (message: LiveMessage) => void {
  let isPast = false;
  return (message) => {
    const { replay } = message;
    const at = message.type === 'snapshot' ? message.view.at : message.at;
    if (replay !== undefined && !isPast)
      say(`the past, from ${formatMoment(at)} ${formatZone(at)} on, at speed ${replay.speed}`);
    if (replay === undefined && isPast) say('this is now');
    isPast = replay !== undefined;
  };
}

/** The collector keeps a thousand events; whatever is older than that cannot come again. */
const remembered = 2_000;

function createFreshEvents(options: TailOptions): (message: LiveMessage) => readonly FleetEvent[] {
  const seen = new Set<string>();
  let isFirst = true;
  return (message) => {
    const events = message.type === 'snapshot' ? message.view.events : (message.events ?? []);
    const unseen = events.filter((event) => !seen.has(event.id) && passes(event, options));
    for (const { id } of unseen) seen.add(id);
    for (const id of seen) {
      if (seen.size <= remembered) break;
      seen.delete(id);
    }
    const shown = isFirst && message.type === 'snapshot' ? lastOf(unseen, options) : unseen;
    isFirst = false;
    return shown;
  };
}

function passes(event: FleetEvent, { filter }: TailOptions): boolean {
  return filter.length === 0 || matchesFilter(filter, eventSubject(event, describeEvent(event)));
}

function lastOf(events: readonly FleetEvent[], { limit, sinceAt = 0 }: TailOptions): readonly FleetEvent[] {
  return limit === 0 ? [] : events.filter((event) => event.at >= sinceAt).slice(-limit);
}
