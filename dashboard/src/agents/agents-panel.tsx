import { type AgentView, connectionWord, formatDuration, isSkewed } from '@holdfast/shared';
import type { ReactElement } from 'react';
import { useFleet } from '../app/dashboard-context.ts';
import { Nothing } from '../components/nothing.tsx';
import { Panel } from '../components/panel.tsx';
import { StateShape } from '../components/state-shape.tsx';
import { Since } from '../components/timed.tsx';

/** Every instance that has an agent, those that are lost or awaited first. */
export function AgentsPanel(): ReactElement {
  const agents = useFleet('agents');
  const lost = agents.filter((agent) => connectionWord(agent) === 'lost');
  const awaited = agents.filter((agent) => agent.awaited === true);
  const sorted = [...lost, ...awaited, ...agents.filter((agent) => agent.connected)];
  const gone = [
    ...(lost.length === 0 ? [] : [`${lost.length} lost`]),
    ...(awaited.length === 0 ? [] : [`${awaited.length} awaited`]),
  ];
  const note = [`${agents.length}`, ...gone].join(', ');
  return (
    <Panel name="agents" title="Agents" note={note}>
      {agents.length === 0 ? (
        <Nothing words="None is connected." />
      ) : (
        <ul className="list scroll-list">
          {sorted.map((agent) => (
            <AgentRow key={`${agent.service}@${agent.instance}`} agent={agent} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function AgentRow({ agent }: { readonly agent: AgentView }): ReactElement {
  const asides = asidesOf(agent);
  return (
    <li className="row agent-row" data-connected={agent.connected}>
      <StateShape of={agent.connected ? 'up' : 'unknown'} />
      <span className="agent-word">{connectionWord(agent)}</span>
      <span className="health-name">
        <span className="row-name">{agent.service}</span>
        <span className="row-service">@{agent.instance}</span>
        {asides.length > 0 && <span className="row-aside">{asides.join(', ')}</span>}
        {agent.droppedCount > 0 && <span className="badge">{agent.droppedCount} dropped</span>}
      </span>
      <span className="figure">
        <Since at={agent.connectionSinceAt} />
      </span>
    </li>
  );
}

function asidesOf(agent: AgentView): string[] {
  const asides: string[] = [];
  if (agent.version !== undefined) asides.push(agent.version);
  if (agent.environment !== undefined) asides.push(agent.environment);
  if (isSkewed(agent)) {
    const skewMs = Math.abs(agent.clockOffsetMs);
    asides.push(`clock ${(skewMs / 1_000).toFixed(1)} s ${agent.clockOffsetMs > 0 ? 'behind' : 'ahead'}`);
  }
  if (agent.lagMs > 0) asides.push(`${formatDuration(agent.lagMs)} behind`);
  if (agent.appliedVersion !== agent.desiredVersion) asides.push('has not applied the last change');
  for (const { target, problem } of agent.problems ?? []) asides.push(`cannot apply ${target}: ${problem}`);
  return asides;
}
