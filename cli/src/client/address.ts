import type { ResourceKind } from '@holdfast/shared';

/** Where a breaker is: of a service, or of one instance of it. */
export interface BreakerAddress {
  readonly service: string;
  readonly instance?: string;
  readonly name: string;
}

/** Where any resource is. */
export interface ResourceAddress {
  readonly service: string;
  readonly kind: ResourceKind;
  readonly name: string;
}

/** Reads `service/name`, `service@instance/name`, and both with `/circuit_breaker/` in the middle. */
export function parseBreakerAddress(text: string): BreakerAddress | undefined {
  const parts = text.split('/');
  if (parts.length === 3 && parts[1] === 'circuit_breaker') parts.splice(1, 1);
  const [place = '', name = '', ...more] = parts;
  if (more.length > 0 || name === '') return undefined;
  const at = place.indexOf('@');
  const service = at === -1 ? place : place.slice(0, at);
  const instance = at === -1 ? undefined : place.slice(at + 1);
  if (service === '' || instance === '') return undefined;
  return instance === undefined ? { service, name } : { service, instance, name };
}

/** As people type it. */
export function formatBreakerAddress({ service, instance, name }: BreakerAddress): string {
  return `${service}${instance === undefined ? '' : `@${instance}`}/${name}`;
}

/** The path of the breaker in the API; an instance travels in the body. */
export function breakerPath({ service, name }: BreakerAddress): string {
  return resourcePath({ service, kind: 'circuit_breaker', name });
}

/** The path of a resource in the API. */
export function resourcePath({ service, kind, name }: ResourceAddress): string {
  return `resources/${encodeURIComponent(service)}/${kind}/${encodeURIComponent(name)}`;
}
