import { knownSentence, type StatusView } from '@holdfast/shared';
import { type ReactElement, useEffect, useState } from 'react';
import { useDashboard, useFleetView, useFreshnessState, useTimedText } from '../app/dashboard-context.ts';
import { StateShape } from '../components/state-shape.tsx';
import { SessionMark } from '../session/session-mark.tsx';
import { announcementKey, freshnessText, pageTitle } from './strip-words.ts';
import { useStatus } from './use-status.ts';

/** What must be read in three seconds: is it bad, what, since when, why, and is this still true. */
export function StatusStrip(): ReactElement {
  const status = useStatus();
  const fresh = useFreshnessState();
  const { clock } = useDashboard();
  const { at } = useFleetView();
  const sentence = knownSentence(status.sentence, fresh, { at, now: clock.now() });
  const title = pageTitle(status, fresh);
  useEffect(() => {
    document.title = title;
  }, [title]);
  const [lead = '', ...rest] = sentence.split(' · ');
  return (
    <>
      <header className="strip" data-level={status.level} data-fresh={fresh}>
        <span className="strip-mark">
          <StateShape of={fresh === 'live' ? levelShapes[status.level] : 'unknown'} />
        </span>
        <p className="strip-sentence">
          <strong>{lead}</strong>
          {rest.length > 0 && (
            <>
              <span className="strip-joint"> · </span>
              <span className="strip-rest">{rest.join(' · ')}</span>
            </>
          )}
        </p>
        <FreshnessMark />
        <SessionMark />
      </header>
      <Announcer status={status} sentence={sentence} />
    </>
  );
}

const levelShapes = { empty: 'disabled', calm: 'closed', degraded: 'half_open', broken: 'open' } as const;

function FreshnessMark(): ReactElement {
  const { store, retryNow } = useDashboard();
  const text = useTimedText(() => freshnessText(store.freshness(), store.view().replay));
  const fresh = useFreshnessState();
  const isWaiting = fresh !== 'live' && store.connection().state === 'waiting';
  return (
    <div className="freshness" data-fresh={fresh}>
      <i className="freshness-dot" aria-hidden="true" />
      <span>{text}</span>
      {isWaiting && (
        <button type="button" className="button" onClick={retryNow}>
          Retry now
        </button>
      )}
    </div>
  );
}

/** Says the sentence to who cannot see it, once each time that something changed. */
function Announcer({ status, sentence }: { status: StatusView; sentence: string }): ReactElement {
  const key = announcementKey(status, useFreshnessState());
  const [said, setSaid] = useState({ key, sentence });
  if (said.key !== key) setSaid({ key, sentence });
  return (
    <span className="unseen" role="status" aria-label="Fleet status">
      {said.sentence}
    </span>
  );
}
