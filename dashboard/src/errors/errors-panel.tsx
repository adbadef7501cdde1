import type { ErrorView } from '@holdfast/shared';
import type { ReactElement } from 'react';
import { useFleet } from '../app/dashboard-context.ts';
import { Panel } from '../components/panel.tsx';
import { shortAddress } from '../components/short-address.ts';
import { Since } from '../components/timed.tsx';

const shownAtMost = 100;

/** Error classes of every resource, with counts and the newest message. */
export function ErrorsPanel(): ReactElement {
  const errors = useFleet('errors');
  return (
    <Panel name="errors" title="Errors" note={`${errors.length}`}>
      {errors.length === 0 ? (
        <p className="quiet-note">No error has been counted.</p>
      ) : (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Class</th>
              <th scope="col">Where</th>
              <th scope="col" className="figure">
                2 min
              </th>
              <th scope="col" className="figure">
                1 h
              </th>
              <th scope="col" className="figure">
                All
              </th>
              <th scope="col" className="figure">
                Last
              </th>
            </tr>
          </thead>
          <tbody>
            {errors.slice(0, shownAtMost).map((error) => (
              <ErrorRow key={`${error.address} ${error.class}`} error={error} />
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function ErrorRow({ error }: { readonly error: ErrorView }): ReactElement {
  const { sample } = error;
  return (
    <tr data-class={error.class} data-recent={error.lastMinute > 0}>
      <td className="error-class">
        <span className="badge" data-class={error.class}>
          {error.class.replaceAll('_', ' ')}
        </span>
      </td>
      <td className="error-where">
        {shortAddress(error.address)}
        {sample !== undefined && (
          <p className="row-cause" title={sample.message}>
            {sample.code !== undefined && <code>{sample.code}</code>} {sample.message}
          </p>
        )}
      </td>
      <td className="figure" data-label="2 min">
        {error.lastMinute}
      </td>
      <td className="figure" data-label="1 h">
        {error.lastHour}
      </td>
      <td className="figure" data-label="all">
        {error.total}
      </td>
      <td className="figure" data-label="last">
        <Since at={error.lastAt} />
      </td>
    </tr>
  );
}
