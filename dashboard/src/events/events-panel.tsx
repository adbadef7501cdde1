import { describeEvent, eventTone, type FleetEvent } from '@holdfast/shared';
import { memo, type ReactElement, useMemo } from 'react';
import { useFleet } from '../app/dashboard-context.ts';
import { Nothing } from '../components/nothing.tsx';
import { Panel } from '../components/panel.tsx';
import { Moment } from '../components/timed.tsx';

const shownAtMost = 200;

/** The tail of the log, newest first. */
export function EventsPanel(): ReactElement {
  const events = useFleet('events');
  const newest = useMemo(() => events.slice(-shownAtMost).toReversed(), [events]);
  return (
    <Panel name="events" title="Events">
      {newest.length === 0 ? (
        <Nothing words="Nothing has happened yet." />
      ) : (
        <ol className="list scroll-list" role="log" aria-label="Events, newest first" aria-live="off">
          {newest.map((event) => (
            <EventRow key={event.id} of={event} />
          ))}
        </ol>
      )}
    </Panel>
  );
}

const EventRow = memo(EventRowOf);

function EventRowOf({ of }: { readonly of: FleetEvent }): ReactElement {
  const tone = eventTone(of.event);
  return (
    <li className="row event-row" data-tone={tone} data-kind={of.event.kind}>
      <Moment at={of.at} />
      <i className="tone" aria-hidden="true">
        {toneGlyphs[tone]}
      </i>
      <span>{describeEvent(of)}</span>
    </li>
  );
}

const toneGlyphs = { bad: '■', warn: '▲', good: '●', quiet: '·' } as const;
