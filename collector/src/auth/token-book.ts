import {
  type Clock,
  type ControlFact,
  type CreateTokenAnswer,
  type CreateTokenRequest,
  formatDuration,
  namePattern,
  nameRule,
  plural,
  type RevokeTokenRequest,
  show,
  tokenLimits,
  type TokenView,
} from '@holdfast/shared';
import { done, type Outcome, refused } from '../refusal.ts';
import { Queue } from '../store/database.ts';
import type { StoredToken } from '../store/token-table.ts';
import type { Principal } from './policy.ts';
import { servicePattern } from './service-pattern.ts';
import { idIn, isTokenOf, makeToken } from './token-text.ts';

export interface TokenBookOptions {
  readonly tokens: readonly StoredToken[];
  readonly clock: Clock;
  /** Makes the fact and what it does to the token durable, both or neither. */
  readonly record: (fact: ControlFact, token?: StoredToken) => Promise<unknown>;
}

type Request = Omit<CreateTokenRequest, 'by' | 'via'>;

/** The tokens of a collector: made, looked up, used, ended. */
export class TokenBook {
  /** Called when a token was revoked. */
  onRevoked: () => void = () => {};
  private readonly tokens: Map<string, Mutable>;
  private readonly options: TokenBookOptions;
  private readonly acts = new Queue();

  constructor(options: TokenBookOptions) {
    this.options = options;
    this.tokens = new Map(options.tokens.map((token) => [token.id, { ...token }]));
  }

  /** Oldest first, those that ended too. */
  list(): readonly TokenView[] {
    return [...this.tokens.values()].map(viewOf).toSorted((a, b) => a.createdAt - b.createdAt);
  }

  get hasLive(): boolean {
    return [...this.tokens.values()].some((token) => this.isLive(token));
  }

  /** Who comes with a token; `undefined` where it is not one of ours, or has ended. */
  principalOf(text: string): Principal | undefined {
    const token = this.tokens.get(idIn(text) ?? '');
    if (token === undefined || !isTokenOf(text, token.hash) || !this.isLive(token)) return undefined;
    token.lastUsedAt = this.options.clock.now();
    const { id, name, scope, services } = token;
    return { scope, ...(services === undefined ? {} : { services }), token: { id, name } };
  }

  /** Notes that a browser that has logged in with a token has asked for something. */
  noteUse(id: string): void {
    const token = this.tokens.get(id);
    if (token !== undefined) token.lastUsedAt = this.options.clock.now();
  }

  /** Whether a token that was accepted still is. */
  isLiveId(id: string): boolean {
    const token = this.tokens.get(id);
    return token !== undefined && this.isLive(token);
  }

  /** Notes that an agent came in the name of a service that the token is not for. */
  async noteRefusal({ token, services = '' }: Principal, service: string): Promise<void> {
    const mine = this.tokens.get(token?.id ?? '');
    if (mine === undefined) return;
    mine.refusedCount += 1;
    if (mine.refusedCount > 1 && !isPowerOfTen(mine.refusedCount)) return; // a loop must not fill the audit
    await this.options.record({
      ...factOf({ by: mine.name, via: 'collector', reason: `refused ${plural(mine.refusedCount, 'time')}` }),
      action: 'agent.refused',
      target: service,
      from: services,
      to: null,
    });
  }

  create(request: CreateTokenRequest): Promise<Outcome<CreateTokenAnswer>> {
    return this.acts.run(async () => {
      const problem = problemOf(request) ?? this.problemOfNumber(request.name);
      if (problem !== undefined) return problem;
      const { name, scope, services, expiresInMs = tokenLimits.defaultForMs } = request;
      const { id, text, hash } = makeToken(scope);
      const createdAt = this.options.clock.now();
      const token: StoredToken = {
        id,
        name,
        scope,
        ...(services === undefined ? {} : { services }),
        hash,
        createdAt,
        expiresAt: createdAt + Math.round(expiresInMs),
        refusedCount: 0,
      };
      const to = services === undefined ? `${scope} ${id}` : `${scope} ${id} ${services}`;
      const fact = { ...factOf(request), action: 'token.created', target: name, from: null, to } as const;
      await this.options.record({ ...fact, expiresAt: token.expiresAt }, token);
      this.tokens.set(id, { ...token });
      return done({ token: text, view: viewOf(token) });
    });
  }

  revoke(id: string, act: RevokeTokenRequest): Promise<Outcome<TokenView>> {
    return this.acts.run(async () => {
      const token = this.tokens.get(id);
      if (token === undefined) return refused('unknown', `there is no token with the id ${show(id)}`);
      if (token.revokedAt !== undefined) return refused('conflict', `the token ${id} is revoked already`);
      const revokedAt = this.options.clock.now();
      const from = `${token.scope} ${id}`;
      const fact = { ...factOf(act), action: 'token.revoked', target: token.name, from, to: null } as const;
      await this.options.record(fact, { ...token, revokedAt });
      token.revokedAt = revokedAt;
      this.onRevoked();
      return done(viewOf(token));
    });
  }

  private isLive({ expiresAt, revokedAt }: TokenView): boolean {
    return revokedAt === undefined && expiresAt > this.options.clock.now();
  }

  private problemOfNumber(name: string): Outcome<never> | undefined {
    const live = [...this.tokens.values()].filter((token) => this.isLive(token));
    if (live.length >= tokenLimits.live)
      return refused('conflict', `there are ${live.length} tokens, which is the limit; revoke some`);
    const same = live.filter((token) => token.name === name).map(({ id }) => id);
    if (same.length < tokenLimits.livePerName) return undefined;
    return refused('conflict', `${name} has two tokens already, ${same.join(' and ')}; revoke one of them`);
  }
}

type Mutable = { -readonly [Key in keyof StoredToken]: StoredToken[Key] };

function viewOf({ hash: _hash, ...view }: StoredToken): TokenView {
  return view;
}

function factOf({
  by,
  via,
  reason = '',
}: RevokeTokenRequest): Pick<ControlFact, 'type' | 'version' | 'by' | 'via' | 'reason'> {
  return { type: 'control', version: 0, by, via, reason: reason.trim() };
}

/** Why no token can be made by a request, whatever others there are. */
export function problemOf({ name, scope, services, expiresInMs }: Request): Outcome<never> | undefined {
  if (!namePattern.test(name)) {
    return refused('bad_input', `\`name\` must be ${nameRule}, got ${show(name)}`, { field: 'name' });
  }
  const field = 'services';
  if (scope === 'ingest' && services === undefined)
    return refused('bad_input', '`services` must name the services that an ingest token is for', { field });
  if (services !== undefined && (scope === 'read' || scope === 'admin'))
    return refused('bad_input', `\`services\` has no meaning for the scope ${scope}`, { field });
  if (services !== undefined && !servicePattern.test(services))
    return refused('bad_input', `\`services\` must be a name, with * for any letters`, { field });
  const { minForMs, maxForMs, defaultForMs } = tokenLimits;
  const forMs = expiresInMs ?? defaultForMs;
  if (forMs >= minForMs && forMs <= maxForMs) return undefined;
  const limits = `${formatDuration(minForMs)} (${minForMs}) and ${formatDuration(maxForMs)} (${maxForMs})`;
  const detail = `\`expiresInMs\` must be between ${limits}, got ${forMs}`;
  return refused('bad_input', detail, { field: 'expiresInMs' });
}

function isPowerOfTen(count: number): boolean {
  return Number.isInteger(Math.log10(count));
}
