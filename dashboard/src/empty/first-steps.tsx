import { type AgentView, plural } from '@holdfast/shared';
import type { ReactElement } from 'react';
import { useDashboard, useFleet } from '../app/dashboard-context.ts';
import { Since } from '../components/timed.tsx';

/** What to do while nothing is there, and what has arrived of it so far. */
export function FirstSteps(): ReactElement {
  const { collectorUrl } = useDashboard();
  const agents = useFleet('agents');
  return (
    <section className="first-steps" aria-labelledby="first-steps-title">
      <h1 id="first-steps-title">Nothing is guarded yet</h1>
      <ol>
        <li>
          <h2>Install the agent in a service</h2>
          <pre>
            <code>npm install @holdfast/agent</code>
          </pre>
        </li>
        <li>
          <h2>Point it at this collector</h2>
          <pre>
            <code>{agentCode(collectorUrl)}</code>
          </pre>
        </li>
        <li>
          <h2>Guard a call and let traffic flow</h2>
          <pre>
            <code>{pipelineCode}</code>
          </pre>
        </li>
      </ol>
      <p className="waiting" role="status">
        <i className="pulse" aria-hidden="true" />
        <Waiting agents={agents} />
      </p>
      <p className="row-aside">
        To look around first, run <code>holdfast demo</code>: four services that call each other and fail in
        turn.
      </p>
    </section>
  );
}

function agentCode(collectorUrl: string): string {
  return [
    "import { createAgent } from '@holdfast/agent';",
    '',
    `const agent = createAgent({ service: 'checkout', collector: '${collectorUrl}' });`,
  ].join('\n');
}

const pipelineCode = [
  "const payments = agent.pipeline('payments', {",
  '  retry: { maxRetries: 2 },',
  '  circuitBreaker: { failureRatio: 0.5 },',
  '  timeoutMs: 800,',
  '});',
  'await payments.execute(({ signal }) => fetch(url, { signal }));',
].join('\n');

function Waiting({ agents }: { readonly agents: readonly AgentView[] }): ReactElement {
  const first = agents.find((agent) => agent.connected);
  if (first === undefined) return <span>Waiting for the first agent…</span>;
  const others = agents.length === 1 ? '' : ` and ${plural(agents.length - 1, 'other')}`;
  return (
    <span>
      <b>
        {first.service}@{first.instance}
      </b>
      {others} connected <Since at={first.connectionSinceAt} /> ago. No breaker has reported yet: let it
      handle a call.
    </span>
  );
}
