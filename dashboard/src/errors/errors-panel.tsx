import { type ErrorView, errorClassWord, errorKey, unclassifiedHint } from '@holdfast/shared';
import type { ReactElement, ReactNode } from 'react';
import { useFleet } from '../app/dashboard-context.ts';
import { Nothing } from '../components/nothing.tsx';
import { Panel } from '../components/panel.tsx';
import { shortAddress } from '../components/short-address.ts';
import { Since } from '../components/timed.tsx';

const shownAtMost = 100;

/** Errors that are the same to a person as one, with counts and the newest message. */
export function ErrorsPanel(): ReactElement {
  const errors = useFleet('errors');
  return (
    <Panel name="errors" title="Errors" note={`${errors.length}`}>
      {errors.length === 0 ? (
        <Nothing words="No error has been counted." />
      ) : (
        <>
          <div className="error-row list-head" aria-hidden="true">
            <span>Class</span>
            <span>Where</span>
            {figures.map((label) => (
              <span key={label} className="figure">
                {label}
              </span>
            ))}
          </div>
          <ul className="list scroll-list">
            {errors.slice(0, shownAtMost).map((error) => (
              <ErrorRow key={errorKey(error)} error={error} />
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}

const figures = ['1 min', '1 h', 'all', 'last'] as const;

function ErrorRow({ error }: { readonly error: ErrorView }): ReactElement {
  const { sample, places } = error;
  const kind = error.address.split('/')[1] ?? '';
  return (
    <li className="row error-row" data-class={error.class} data-recent={error.lastMinute > 0}>
      <span className="error-class">
        <span className="badge" data-class={error.class}>
          {errorClassWord(error.class).replaceAll('_', ' ')}
        </span>
      </span>
      <div className="error-where">
        {shortAddress(error.address)}
        {kind !== 'circuit_breaker' && <span className="row-aside"> {kind.replaceAll('_', ' ')}</span>}
        {places.length > 1 && (
          <span className="row-aside" title={places.map(({ address }) => shortAddress(address)).join(', ')}>
            {' '}
            +{places.length - 1}
          </span>
        )}
      </div>
      <Figure label={figures[0]}>{error.lastMinute}</Figure>
      <Figure label={figures[1]}>{error.lastHour}</Figure>
      <Figure label={figures[2]}>{error.total}</Figure>
      <Figure label={figures[3]}>
        <Since at={error.lastAt} />
      </Figure>
      <p className="row-cause error-message">
        {sample?.code !== undefined && <code>{sample.code}</code>} {sample?.message}{' '}
        <span className="row-aside">
          since <Since at={error.firstAt} />
        </span>
      </p>
      {error.class === 'unknown' && <p className="row-cause error-message">{unclassifiedHint}</p>}
    </li>
  );
}

/** The head names the columns to the eye; here the name stands for who hears the page, and on a phone. */
function Figure({ label, children }: { label: string; children: ReactNode }): ReactElement {
  return (
    <span className="figure">
      <span className="figure-label">{label}</span> {children}
    </span>
  );
}
