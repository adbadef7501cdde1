import { type AuditEntry, describeAudit, formatTime, reasonWords } from '@holdfast/shared';
import { memo, type ReactElement, useMemo } from 'react';
import { useFleet } from '../app/dashboard-context.ts';
import { Nothing } from '../components/nothing.tsx';
import { Panel } from '../components/panel.tsx';
import { Moment } from '../components/timed.tsx';

/** Who did what, from what to what, and why; newest first. */
export function AuditPanel(): ReactElement {
  const audit = useFleet('audit');
  const newest = useMemo(() => audit.toReversed(), [audit]);
  return (
    <Panel name="audit" title="Audit">
      {newest.length === 0 ? (
        <Nothing words="Nobody has intervened." />
      ) : (
        <ol className="list scroll-list" aria-label="Audit, newest first">
          {newest.map((entry) => (
            <AuditRow key={entry.id} entry={entry} />
          ))}
        </ol>
      )}
    </Panel>
  );
}

const AuditRow = memo(AuditRowOf);

function AuditRowOf({ entry }: { readonly entry: AuditEntry }): ReactElement {
  const until = entry.expiresAt === undefined ? '' : `, until ${formatTime(entry.expiresAt, entry.at)}`;
  return (
    <li className="row audit-row" data-action={entry.action}>
      <Moment at={entry.at} />
      <span>
        {describeAudit(entry)}
        <span className="row-aside">{until}</span>
        <span className="audit-who">
          {entry.by} via {entry.via}: {reasonWords(entry.reason)}
        </span>
      </span>
    </li>
  );
}
