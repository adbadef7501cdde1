import {
  breakerWords,
  type ErrorSummary,
  errorClassWord,
  formatDuration,
  formatValue,
  holdWords,
  reasonWords,
  type ResourceView,
} from '@holdfast/shared';
import type { ReactElement, ReactNode } from 'react';
import { useFleet, useTimedText } from '../app/dashboard-context.ts';
import { Left } from '../components/timed.tsx';
import { configFacts, type Fact, holdsOf, instanceFacts, layerFacts } from './breaker-facts.ts';

/** Why the breaker is as it is, and what it is made of. */
export function DetailFacts({ resource }: { readonly resource: ResourceView }): ReactElement {
  const { breaker } = resource;
  const error = breaker?.error ?? resource.lastError;
  return (
    <dl className="facts">
      {breaker?.cause !== undefined && <FactLine label="cause">{breaker.cause}</FactLine>}
      {breaker?.untilAt !== undefined && breaker.state === 'open' && (
        <FactLine label="next">
          <Next at={breaker.untilAt} />
        </FactLine>
      )}
      {holdsOf(resource).map((hold) => (
        <FactLine key={hold.id} label="hold">
          <b>{holdWords(hold)}</b>, <Left until={hold.expiresAt} /> left: {reasonWords(hold.reason)}
        </FactLine>
      ))}
      {error !== undefined && (
        <FactLine label="last error">
          <LastError error={error} />
        </FactLine>
      )}
      <FactLine label="protects">{resource.dependency ?? resource.name}</FactLine>
      <BoundFlags keys={breaker?.flags ?? []} />
      <Instances resource={resource} />
      <Layers resource={resource} />
      <FactList label="config" facts={configFacts(resource)} isCode />
    </dl>
  );
}

function Next({ at }: { readonly at: number }): ReactElement {
  const text = useTimedText((now) =>
    now < at
      ? `${breakerWords.half_open.effect} in ${formatDuration(at - now)}`
      : 'probing with the next call',
  );
  return <>{text}</>;
}

function FactLine({ label, children }: { label: string; children: ReactNode }): ReactElement {
  return (
    <div className="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function LastError({ error }: { readonly error: ErrorSummary }): ReactElement {
  return (
    <>
      <span className="badge" data-class={error.class}>
        {errorClassWord(error.class).replaceAll('_', ' ')}
      </span>
      {error.code !== undefined && <code>{error.code}</code>} {error.message}
      {error.why !== undefined && <span className="fact-why">{error.why}</span>}
    </>
  );
}

function BoundFlags({ keys }: { readonly keys: readonly string[] }): ReactElement | undefined {
  const flags = useFleet('flags').filter((flag) => keys.includes(flag.key));
  if (keys.length === 0) return undefined;
  return (
    <FactLine label="flags bound">
      {flags.map((flag) => (
        <span key={flag.key} className="badge" data-reason={flag.reason}>
          {flag.key} {formatValue(flag.value)}
          {flag.reason === 'DEGRADED' ? ', degraded' : ''}
        </span>
      ))}
    </FactLine>
  );
}

function Instances({ resource }: { readonly resource: ResourceView }): ReactElement {
  const agents = useFleet('agents').filter((agent) => agent.service === resource.service);
  return <FactList label="instances" facts={instanceFacts(resource, agents)} />;
}

function Layers({ resource }: { readonly resource: ResourceView }): ReactElement | undefined {
  const facts = layerFacts(resource, useFleet('resources'));
  return facts.length === 0 ? undefined : <FactList label="pipeline" facts={facts} />;
}

function FactList(props: {
  label: string;
  facts: readonly Fact[];
  isCode?: boolean;
}): ReactElement | undefined {
  const { label, facts, isCode = false } = props;
  if (facts.length === 0) return undefined;
  return (
    <FactLine label={label}>
      <ul className={isCode ? 'fact-list fact-code' : 'fact-list'}>
        {facts.map((fact) => (
          <li key={fact.label}>
            <span>{fact.label}</span> <b>{fact.value}</b>
          </li>
        ))}
      </ul>
    </FactLine>
  );
}
