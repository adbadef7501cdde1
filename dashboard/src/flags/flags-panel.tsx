import type { FlagView } from '@holdfast/shared';
import { memo, type ReactElement } from 'react';
import { useDashboard, useFleet } from '../app/dashboard-context.ts';
import { Nothing } from '../components/nothing.tsx';
import { Panel } from '../components/panel.tsx';
import { Left, Since } from '../components/timed.tsx';
import { actObstacle } from '../session/rights.ts';
import { type FlagRowView, flagRowView } from './flag-row-view.ts';

/** Every flag with its value, and why it has it. */
export function FlagsPanel(): ReactElement {
  const flags = useFleet('flags');
  const obstacle = actObstacle(useDashboard().session, []);
  return (
    <Panel name="flags" title="Flags" note={`${flags.length}`}>
      {flags.length === 0 ? (
        <Nothing words="No connected service has defined a flag." />
      ) : (
        <ul className="list">
          {flags.map((flag) => (
            <FlagRow key={flag.key} flag={flag} />
          ))}
        </ul>
      )}
      {flags.length > 0 && obstacle !== undefined && <p className="act-obstacle">{obstacle}</p>}
    </Panel>
  );
}

const FlagRow = memo(FlagRowOf);

function FlagRowOf({ flag }: { readonly flag: FlagView }): ReactElement {
  const { ask, session } = useDashboard();
  const obstacle = actObstacle(session, flag.services);
  const isTheirs = obstacle !== undefined && actObstacle(session, []) === undefined;
  const row = flagRowView(flag);
  const { key, override } = row;
  return (
    <li className="row flag-row" data-flag={key} data-reason={row.reason} aria-label={key}>
      <FlagControl
        row={row}
        obstacle={obstacle}
        onSet={() => ask({ kind: 'set_flag', key, value: row.next })}
      />
      <div className="flag-text">
        <div className="flag-line">
          <span className="row-name">{key}</span>
          <span className="badge" data-reason={row.reason}>
            {row.reasonWords}
          </span>
          {row.isMixed && <span className="badge">differs: {row.differing.join(', ')}</span>}
        </div>
        <p className="flag-why">
          {row.cause !== undefined && <span className="row-cause">{row.cause}</span>}
          {row.bindings.length > 0 && <span>bound to {row.bindings.join(', ')}</span>}
          <span>{row.services}</span>
          {isTheirs && <span>{obstacle}</span>}
        </p>
      </div>
      {override !== undefined && (
        <button
          type="button"
          className="button"
          aria-label={`Clear override of ${key}…`}
          disabled={obstacle !== undefined}
          title={obstacle}
          onClick={() => ask({ kind: 'clear_flag', key })}
        >
          Clear…
        </button>
      )}
      <div className="flag-time figure">
        <Since at={row.sinceAt} />
        {override !== undefined && (
          <span className="flag-left">
            {override.by}, <Left until={override.expiresAt} /> left
          </span>
        )}
      </div>
    </li>
  );
}

interface FlagControlProps {
  readonly row: FlagRowView;
  /** Why the person may not turn it. */
  readonly obstacle: string | undefined;
  readonly onSet: () => void;
}

function FlagControl({ row, obstacle, onSet }: FlagControlProps): ReactElement {
  const barred = { disabled: obstacle !== undefined, title: obstacle };
  if (!row.isSwitch) {
    return (
      <button
        type="button"
        className="button flag-value"
        aria-label={`Set ${row.key}…`}
        {...barred}
        onClick={onSet}
      >
        {row.value}
      </button>
    );
  }
  return (
    <button
      type="button"
      className="switch"
      role="switch"
      aria-checked={row.isOn}
      aria-label={row.key}
      {...barred}
      onClick={onSet}
    >
      <span className="switch-track" aria-hidden="true" />
      <span className="switch-word">{row.value}</span>
    </button>
  );
}
