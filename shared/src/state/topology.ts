import type { BreakerState, ResourceKind } from '../vocabulary/resources.ts';
import { breakerStateRank } from './resource-view.ts';
import type { FleetView, ResourceView } from './views.ts';

/** Who calls whom, and what guards each way. */
export interface TopologyView {
  /** By name. */
  readonly services: readonly string[];
  /** By name, with the service that answers to it where one of the fleet does. */
  readonly dependencies: readonly { readonly name: string; readonly service?: string }[];
  /** By service, then by dependency. */
  readonly edges: readonly EdgeView[];
  /** The moment that it is of, epoch milliseconds; absent where it is of now. */
  readonly at?: number;
}

/** The way from a service to a dependency. */
export interface EdgeView {
  readonly service: string;
  readonly dependency: string;
  /** The worst of its breakers; absent where none guards it. */
  readonly state?: BreakerState;
  readonly policies: readonly PolicyView[];
}

export interface PolicyView {
  /** `service/kind/name`. */
  readonly address: string;
  readonly kind: ResourceKind;
  readonly name: string;
  /** The pipeline that it is a layer of. */
  readonly pipeline?: string;
  readonly state?: BreakerState;
  readonly callsPerSecond: number;
}

export function topologyOf(view: FleetView): TopologyView {
  const services = [...new Set(view.agents.map((agent) => agent.service))].sort();
  const byEdge = new Map<string, ResourceView[]>();
  for (const resource of view.resources) {
    if (resource.dependency === undefined) continue;
    const key = JSON.stringify([resource.service, resource.dependency]);
    const known = byEdge.get(key);
    if (known === undefined) byEdge.set(key, [resource]);
    else known.push(resource);
  }
  const edges = [...byEdge]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, [first, ...others]]) => (first === undefined ? [] : [edgeOf(first, others)]));
  const names = [...new Set(edges.map((edge) => edge.dependency))].sort();
  const dependencies = names.map((name) => (services.includes(name) ? { name, service: name } : { name }));
  return { services, dependencies, edges };
}

/** What is left of it where only some edges are shown: these, and what they join. */
export function topologyOfSome(topology: TopologyView, shows: (edge: EdgeView) => boolean): TopologyView {
  const edges = topology.edges.filter(shows);
  const services = new Set(edges.map((edge) => edge.service));
  const names = new Set(edges.map((edge) => edge.dependency));
  const dependencies = topology.dependencies.filter(({ name }) => names.has(name));
  for (const { service } of dependencies) if (service !== undefined) services.add(service);
  return { ...topology, services: [...services].sort(), dependencies, edges };
}

function edgeOf(first: ResourceView, others: readonly ResourceView[]): EdgeView {
  const { service, dependency = '' } = first;
  const resources = [first, ...others];
  const state = breakerStateRank.find((one) => resources.some(({ breaker }) => breaker?.state === one));
  return {
    service,
    dependency,
    ...(state === undefined ? {} : { state }),
    policies: resources.map(policyOf),
  };
}

function policyOf({ address, kind, name, pipeline, breaker, rates }: ResourceView): PolicyView {
  return {
    address,
    kind,
    name,
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(breaker === undefined ? {} : { state: breaker.state }),
    callsPerSecond: rates.callsPerSecond,
  };
}
