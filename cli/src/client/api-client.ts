import type {
  ActAnswer,
  AgentView,
  AuditEntry,
  AuditVerification,
  CreateTokenAnswer,
  CreateTokenRequest,
  ErrorClass,
  ErrorView,
  FlagAnswer,
  FlagView,
  FleetEvent,
  LoginCode,
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
  TopologyView,
} from '@holdfast/shared';
import { type BreakerAddress, breakerPath, type ResourceAddress, resourcePath } from './address.ts';
import { createRequest, type Request, type Sent, type Target } from './request.ts';

/** The collector's HTTP API. Every call fails with a `Failure` that says what would be right. */
export interface ApiClient {
  status(query?: AtQuery): Promise<StatusView>;
  topology(query?: ListQuery): Promise<TopologyView>;
  services(query?: ListQuery): Promise<readonly ServiceView[]>;
  breakers(query?: ListQuery & { readonly service?: string }): Promise<readonly ResourceView[]>;
  breaker(address: BreakerAddress, query?: AtQuery): Promise<ResourceAnswer>;
  resources(
    query?: ListQuery & { readonly kind?: ResourceKind; readonly service?: string },
  ): Promise<readonly ResourceView[]>;
  resource(address: ResourceAddress, query?: AtQuery): Promise<ResourceAnswer>;
  errors(query?: ListQuery & PeriodQuery): Promise<readonly ErrorView[]>;
  error(fingerprint: string, query?: AtQuery & { readonly class?: ErrorClass }): Promise<ErrorView>;
  /** Newest last. */
  events(query: HistoryQuery): Promise<readonly FleetEvent[]>;
  event(id: string): Promise<FleetEvent>;
  health(query?: ListQuery): Promise<readonly ResourceView[]>;
  flags(query?: ListQuery): Promise<readonly FlagView[]>;
  flag(key: string, query?: AtQuery): Promise<FlagAnswer>;
  /** Newest last, as events. */
  audit(query: HistoryQuery): Promise<readonly AuditEntry[]>;
  auditEntry(id: string): Promise<AuditEntry>;
  /** `head` is one that was kept from before. */
  verifyAudit(head?: string): Promise<AuditVerification>;
  agents(query?: ListQuery): Promise<readonly AgentView[]>;
  /** What logs one browser in with the rights of the token. */
  createLoginCode(): Promise<LoginCode>;
  /** Oldest first. */
  tokens(): Promise<readonly TokenView[]>;
  createToken(request: CreateTokenRequest): Promise<CreateTokenAnswer>;
  revokeToken(id: string, act: RevokeTokenRequest): Promise<TokenView>;
  setFlag(key: string, act: SetFlagRequest & IfVersion): Promise<ActAnswer>;
  clearFlag(key: string, act: ReleaseRequest & IfVersion): Promise<ActAnswer>;
  setBreaker(address: BreakerAddress, act: SetBreakerRequest & IfVersion): Promise<ActAnswer>;
  releaseBreaker(address: BreakerAddress, act: ReleaseRequest & IfVersion): Promise<ActAnswer>;
}

/** What an act may be bound to: that nobody acted on the same flag or breaker since a version. */
export type IfVersion = Pick<Sent, 'ifVersion'>;

/** What can be asked for of anything that has a past. */
export interface AtQuery {
  /** The moment that the answer is to be of, epoch milliseconds; else now. */
  readonly at?: number;
}

/** What a list can be asked for. */
export interface ListQuery extends AtQuery {
  /** In the filter language. */
  readonly filter?: string;
}

/** Epoch milliseconds, both included. */
export interface PeriodQuery {
  readonly since?: number;
  readonly until?: number;
}

export interface HistoryQuery extends ListQuery, PeriodQuery {
  /** How many of the newest to give. */
  readonly limit: number;
}

export interface ApiClientOptions extends Target {
  /** How long a request may take. Default 5 s. */
  readonly timeoutMs?: number;
}

export function createApiClient(options: ApiClientOptions): ApiClient {
  const request = createRequest({ timeoutMs: 5_000, ...options });
  const list = createLister(request);
  const get = <T>(path: string, query: object = {}): Promise<T> =>
    request('GET', `${path}${searchOf(query)}`);
  const flagPath = (key: string): string => `flags/${encodeURIComponent(key)}`;
  return {
    status: (query) => get('status', query),
    topology: (query) => get('topology', query),
    services: (query = {}) => list('services', query),
    breakers: (query = {}) => list('resources', { kind: 'circuit_breaker', ...query }),
    breaker: (address, query) => get(breakerPath(address), query),
    resources: (query = {}) => list('resources', query),
    resource: (address, query) => get(resourcePath(address), query),
    errors: (query = {}) => list('errors', query),
    error: (fingerprint, query) => get(`errors/${encodeURIComponent(fingerprint)}`, query),
    events: async ({ limit, ...query }) => (await list<FleetEvent>('events', query, limit)).toReversed(),
    event: (id) => get(`events/${encodeURIComponent(id)}`),
    health: (query = {}) => list('health', query),
    flags: (query = {}) => list('flags', query),
    flag: (key, query) => get(flagPath(key), query),
    audit: async ({ limit, ...query }) => (await list<AuditEntry>('audit', query, limit)).toReversed(),
    auditEntry: (id) => get(`audit/${encodeURIComponent(id)}`),
    verifyAudit: (head) => get('audit/verify', head === undefined ? {} : { head }),
    agents: (query = {}) => list('agents', query),
    createLoginCode: () => request('POST', 'login-codes'),
    tokens: async () => (await request<{ items: readonly TokenView[] }>('GET', 'tokens')).items,
    createToken: (body) => request('POST', 'tokens', { body }),
    revokeToken: (id, body) => request('DELETE', `tokens/${encodeURIComponent(id)}`, { body }),
    setFlag: (key, act) => request('PUT', `${flagPath(key)}/override`, sentFor(act)),
    clearFlag: (key, act) => request('DELETE', `${flagPath(key)}/override`, sentFor(act)),
    setBreaker: (address, act) => request('PUT', `${breakerPath(address)}/override`, sentFor(act)),
    releaseBreaker: (address, act) => request('DELETE', `${breakerPath(address)}/override`, sentFor(act)),
  };
}

function sentFor({ ifVersion, ...body }: IfVersion): Sent {
  return { body, ifVersion };
}

/** The query of an address; nothing where nothing is asked. */
function searchOf(query: object): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) search.set(name, String(value));
  return search.size === 0 ? '' : `?${search.toString()}`;
}

type Query = Readonly<Partial<Record<QueryName, string | number>>>;
type QueryName = 'at' | 'filter' | 'kind' | 'service' | 'since' | 'until';
type Lister = <T>(path: string, query: Query, limit?: number) => Promise<T[]>;

const pageSize = 500;

/** Follows `nextCursor` until the end, or until `limit` items are there. */
function createLister(request: Request): Lister {
  return async <T>(path: string, query: Query, limit = Number.MAX_SAFE_INTEGER) => {
    const items: T[] = [];
    let cursor: string | undefined;
    do {
      const search = new URLSearchParams({ limit: `${Math.min(pageSize, limit - items.length)}` });
      for (const [name, value] of Object.entries(query)) search.set(name, `${value}`);
      if (cursor !== undefined) search.set('cursor', cursor);
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
