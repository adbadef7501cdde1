import { type AgentView, nearestFew } from '@holdfast/shared';
import { exitCodes } from '../exit-codes.ts';
import { didYouMean, Failure, usageFailure } from '../failure.ts';
import { controlTag } from './shop.ts';

export interface ControlPoint {
  readonly instance: string;
  readonly url: string;
}

/**
 * Where the connected instances of a service of the shop can be switched.
 *
 * @throws {Failure} 3 where no shop runs, 2 where it has no such service or the service is away.
 */
export function findControl(agents: readonly AgentView[], service: string): ControlPoint[] {
  const shop = agents.filter(({ tags }) => tags[controlTag] !== undefined);
  if (shop.length === 0) {
    throw new Failure(exitCodes.notFound, 'no shop reports to this collector; start it with: holdfast demo');
  }
  const ours = shop.filter((agent) => agent.service === service);
  if (ours.length === 0) {
    const names = [...new Set(shop.map((agent) => agent.service))].sort();
    const hint = didYouMean(nearestFew(service, names)) || `; it has ${names.join(', ')}`;
    throw usageFailure(`the shop has no service '${service}'${hint}`);
  }
  const connected = ours.filter((agent) => agent.connected);
  if (connected.length === 0) {
    throw new Failure(exitCodes.failed, `${service} is not connected just now; it may have crashed`);
  }
  return connected.map(({ instance, tags }) => ({ instance, url: tags[controlTag] ?? '' }));
}
