import type {
  ActAnswer,
  AgentView,
  AuditEntry,
  CreateTokenAnswer,
  CreateTokenRequest,
  ErrorView,
  FlagView,
  FleetEvent,
  ReleaseRequest,
  RevokeTokenRequest,
  ResourceAnswer,
  ResourceKind,
  ResourceView,
  ServiceView,
  SetBreakerRequest,
  SetFlagRequest,
  StatusView,
  TokenView,
} from '@holdfast/shared';
import { type BreakerAddress, breakerPath, type ResourceAddress, resourcePath } from './address.ts';
import { createRequest, type Request } from './request.ts';

/** The collector's HTTP API. Every call fails with a `Failure` that says what would be right. */
export interface ApiClient {
  status(): Promise<StatusView>;
  services(): Promise<readonly ServiceView[]>;
  breakers(service?: string): Promise<readonly ResourceView[]>;
  breaker(address: BreakerAddress): Promise<ResourceAnswer>;
  resources(of: {
    readonly kind?: ResourceKind;
    readonly service?: string;
  }): Promise<readonly ResourceView[]>;
  resource(address: ResourceAddress): Promise<ResourceAnswer>;
  errors(): Promise<readonly ErrorView[]>;
  /** Newest last. `limit` is the number of the newest to give. */
  events(query: { readonly limit: number; readonly sinceAt?: number }): Promise<readonly FleetEvent[]>;
  health(): Promise<readonly ResourceView[]>;
  flags(): Promise<readonly FlagView[]>;
  flag(key: string): Promise<FlagView>;
  /** Newest last, as events. */
  audit(limit: number): Promise<readonly AuditEntry[]>;
  agents(): Promise<readonly AgentView[]>;
  /** Oldest first. */
  tokens(): Promise<readonly TokenView[]>;
  createToken(request: CreateTokenRequest): Promise<CreateTokenAnswer>;
  revokeToken(id: string, act: RevokeTokenRequest): Promise<TokenView>;
  setFlag(key: string, body: SetFlagRequest): Promise<ActAnswer>;
  clearFlag(key: string, body: ReleaseRequest): Promise<ActAnswer>;
  setBreaker(address: BreakerAddress, body: SetBreakerRequest): Promise<ActAnswer>;
  releaseBreaker(address: BreakerAddress, body: ReleaseRequest): Promise<ActAnswer>;
}

export interface ApiClientOptions {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token?: string;
  /** How long a request may take. Default 5 s. */
  readonly timeoutMs?: number;
}

export function createApiClient(options: ApiClientOptions): ApiClient {
  const request = createRequest({ timeoutMs: 5_000, ...options });
  const list = createLister(request);
  const flagPath = (key: string): string => `flags/${encodeURIComponent(key)}`;
  return {
    status: () => request('GET', 'status'),
    services: () => list('services', {}),
    breakers: (service) =>
      list('resources', { kind: 'circuit_breaker', ...(service === undefined ? {} : { service }) }),
    breaker: (address) => request('GET', breakerPath(address)),
    resources: (of) => list('resources', { ...of }),
    resource: (address) => request('GET', resourcePath(address)),
    errors: () => list('errors', {}),
    events: async ({ limit, sinceAt }) => {
      const query: Query = sinceAt === undefined ? {} : { since: `${sinceAt}` };
      return (await list<FleetEvent>('events', query, limit)).toReversed();
    },
    health: () => list('health', {}),
    flags: () => list('flags', {}),
    flag: (key) => request('GET', flagPath(key)),
    audit: async (limit) => (await list<AuditEntry>('audit', {}, limit)).toReversed(),
    agents: () => list('agents', {}),
    tokens: async () => (await request<{ items: readonly TokenView[] }>('GET', 'tokens')).items,
    createToken: (body) => request('POST', 'tokens', body),
    revokeToken: (id, act) => request('DELETE', `tokens/${encodeURIComponent(id)}`, act),
    setFlag: (key, body) => request('PUT', `${flagPath(key)}/override`, body),
    clearFlag: (key, body) => request('DELETE', `${flagPath(key)}/override`, body),
    setBreaker: (address, body) => request('PUT', `${breakerPath(address)}/override`, body),
    releaseBreaker: (address, body) => request('DELETE', `${breakerPath(address)}/override`, body),
  };
}

type Query = Readonly<Record<string, string>>;
type Lister = <T>(path: string, query: Query, limit?: number) => Promise<T[]>;

const pageSize = 500;

/** Follows `nextCursor` until the end, or until `limit` items are there. */
function createLister(request: Request): Lister {
  return async <T>(
    path: string,
    query: Readonly<Record<string, string>>,
    limit = Number.MAX_SAFE_INTEGER,
  ) => {
    const items: T[] = [];
    let cursor: string | undefined;
    do {
      const page = { ...query, limit: `${Math.min(pageSize, limit - items.length)}` };
      const search = new URLSearchParams(cursor === undefined ? page : { ...page, cursor });
      const answer = await request<{ items: readonly T[]; nextCursor?: string }>(
        'GET',
        `${path}?${search.toString()}`,
      );
      items.push(...answer.items);
      cursor = answer.items.length === 0 ? undefined : answer.nextCursor;
    } while (cursor !== undefined && items.length < limit);
    return items;
  };
}
