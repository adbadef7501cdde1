import { fieldsOf, textOf } from './read.ts';

export const serviceNames = ['storefront', 'checkout', 'payments', 'inventory'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** Where the other services are. */
export type PeerUrls = Readonly<Partial<Record<ServiceName, string>>>;

export interface Settings {
  readonly service: ServiceName;
  readonly instance: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly controlPort: number;
  /** Without one the agent works alone. */
  readonly collector: string | undefined;
  readonly peers: PeerUrls;
  /** Without one a restart forgets what was ordered. */
  readonly dataFolder: string | undefined;
}

/**
 * From the environment: `SHOP_INSTANCE` (default `NAME-1`), `SHOP_PORT` and `SHOP_CONTROL_PORT` (default 0),
 * `SHOP_PEERS` (JSON, `{"inventory":"http://…"}`), `SHOP_DATA`, `HOLDFAST_COLLECTOR`.
 *
 * @throws {RangeError | SyntaxError | ShapeError} which name the variable.
 */
export function settingsFrom(
  service: ServiceName,
  env: Readonly<Record<string, string | undefined>>,
): Settings {
  return {
    service,
    instance: env['SHOP_INSTANCE'] ?? `${service}-1`,
    port: portOf('SHOP_PORT', env['SHOP_PORT']),
    controlPort: portOf('SHOP_CONTROL_PORT', env['SHOP_CONTROL_PORT']),
    collector: env['HOLDFAST_COLLECTOR'],
    peers: readPeers(JSON.parse(env['SHOP_PEERS'] ?? '{}'), 'SHOP_PEERS'),
    dataFolder: env['SHOP_DATA'],
  };
}

/** @throws {ShapeError} where it is no record of service names and URLs. */
export function readPeers(value: unknown, what: string): PeerUrls {
  const fields = fieldsOf(value, what);
  const known = serviceNames.filter((name) => fields[name] !== undefined);
  return Object.fromEntries(known.map((name) => [name, textOf(fields[name], `${what}.${name}`)]));
}

function portOf(variable: string, text = '0'): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new RangeError(`${variable} must be a port from 0 to 65535, got ${text}`);
}
