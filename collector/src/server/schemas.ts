import {
  auditActions,
  breakerStates,
  countColumns,
  errorClasses,
  flagReasons,
  gaugeNames,
  healthCheckKinds,
  healthStatuses,
  layerActions,
  resourceKinds,
  severities,
  surfaces,
  tokenScopes,
} from '@holdfast/shared';
import { type TSchema, Type } from 'typebox';
import { agentSchema } from './agent-schema.ts';
import { errorFields } from './error-schema.ts';
import { seriesSchema } from './series-schema.ts';
import { topologySchema } from './topology-schema.ts';

/**
 * The answers' schemas by the names of their types in `shared`. Built when called: modules do nothing by
 * themselves.
 */
export function createComponents(): Readonly<Record<string, TSchema>> {
  return {
    ...basics(),
    ...overrides(),
    ...resources(),
    ...lists(),
    ...answers(),
    TopologyView: topologySchema(),
    ErrorView: Type.Object(errorFields()),
    ErrorAnswer: Type.Object({ ...errorFields(), at: Type.Optional(Type.Number()) }),
    AgentView: agentSchema(),
    SeriesAnswer: seriesSchema(),
  };
}

const text = (): TSchema => Type.String();
const instant = (): TSchema => Type.Number({ description: 'epoch milliseconds' });
const count = (): TSchema => Type.Integer({ minimum: 0 });
const ratio = (): TSchema => Type.Number({ minimum: 0, maximum: 1 });
const rate = (): TSchema => Type.Number({ minimum: 0 });
const bool = (): TSchema => Type.Boolean();
const setting = (): TSchema => Type.Union([Type.String(), Type.Number(), Type.Boolean()]);
const oneOf = (values: readonly string[]): TSchema => Type.Enum([...values]);
const listOf = (item: TSchema): TSchema => Type.Array(item);
const counts = (names: readonly string[]): TSchema =>
  Type.Object(Object.fromEntries(names.map((name) => [name, Type.Optional(Type.Number())])));

/** Of now, of which version of desired state; of a past moment, of which. */
const ofMoment = { 'desiredVersion?': count(), 'at?': instant() };

/** An object; a name that ends in `?` may be absent. */
function object(fields: Readonly<Record<string, TSchema>>): TSchema {
  return Type.Object(
    Object.fromEntries(
      Object.entries(fields).map(([name, schema]) =>
        name.endsWith('?') ? [name.slice(0, -1), Type.Optional(schema)] : [name, schema],
      ),
    ),
  );
}

function basics(): Record<string, TSchema> {
  return {
    FlagValue: flagValueSchema(),
    Attribution: object({ by: text(), reason: text() }),
    ErrorSummary: object({
      class: oneOf(errorClasses),
      severity: oneOf(severities),
      fingerprint: text(),
      message: text(),
      'code?': text(),
      'why?': text(),
    }),
    Problem: object({
      type: text(),
      title: text(),
      status: Type.Integer(),
      detail: text(),
      'field?': text(),
      'nearest?': listOf(text()),
    }),
  };
}

/** True or false, text, a number, or an object. */
function flagValueSchema(): TSchema {
  return Type.Union([
    Type.Boolean(),
    Type.String(),
    Type.Number(),
    Type.Record(Type.String(), Type.Unknown()),
  ]);
}

function overrides(): Record<string, TSchema> {
  const attribution = { by: text(), reason: text(), setAt: instant(), expiresAt: instant() };
  return {
    FlagOverride: object({ key: text(), value: Type.Ref('FlagValue'), ...attribution }),
    BreakerOverride: object({
      id: text(),
      service: text(),
      'instance?': text(),
      name: text(),
      state: oneOf(['forced_open', 'disabled', 'closed']),
      ...attribution,
    }),
    AuditVerification: object({
      rowCount: count(),
      head: text(),
      'brokenAt?': Type.Integer(),
      'problem?': text(),
      'forks?': Type.Array(object({ id: Type.Integer(), at: instant(), agent: text(), head: text() })),
    }),
    TokenView: object({
      id: text(),
      name: text(),
      scope: oneOf(tokenScopes),
      'services?': text(),
      createdAt: instant(),
      expiresAt: instant(),
      'lastUsedAt?': instant(),
      'revokedAt?': instant(),
      refusedCount: count(),
    }),
    AuditEntry: object({
      id: Type.Integer(),
      at: instant(),
      version: Type.Integer(),
      action: oneOf(auditActions),
      target: text(),
      from: Type.Union([Type.Ref('FlagValue'), Type.Null()]),
      to: Type.Union([Type.Ref('FlagValue'), Type.Null()]),
      by: text(),
      via: oneOf(surfaces),
      reason: text(),
      'expiresAt?': instant(),
    }),
  };
}

const resourceFields = (): Record<string, TSchema> => ({
  address: text(),
  service: text(),
  kind: oneOf(resourceKinds),
  name: text(),
  'dependency?': text(),
  'pipeline?': text(),
  'config?': Type.Record(Type.String(), setting()),
  instanceCount: count(),
  staleCount: count(),
  'breaker?': Type.Ref('BreakerView'),
  'health?': Type.Ref('HealthView'),
  'differences?': listOf(Type.Ref('Difference')),
  rates: Type.Ref('RatesView'),
  gauges: counts(gaugeNames),
  spark: object({ calls: listOf(count()), failed: listOf(count()) }),
  'lastError?': Type.Ref('ErrorSummary'),
});

function resources(): Record<string, TSchema> {
  return {
    ResourceView: object(resourceFields()),
    ResourceAnswer: object({ ...resourceFields(), totals: counts(countColumns), ...ofMoment }),
    Difference: object({
      what: text(),
      values: listOf(object({ 'value?': setting(), instanceCount: count(), instances: listOf(text()) })),
    }),
    BreakerView: object({
      state: oneOf(breakerStates),
      sinceAt: instant(),
      states: counts(breakerStates),
      'troubledSinceAt?': instant(),
      'troubleCause?': text(),
      'untilAt?': instant(),
      'cause?': text(),
      'error?': Type.Ref('ErrorSummary'),
      'attribution?': Type.Ref('Attribution'),
      'override?': Type.Ref('BreakerOverride'),
      'otherOverrides?': listOf(Type.Ref('BreakerOverride')),
      flags: listOf(text()),
    }),
    HealthView: object({
      status: oneOf(healthStatuses),
      checkKind: oneOf(healthCheckKinds),
      critical: bool(),
      sinceAt: instant(),
      'message?': text(),
    }),
    RatesView: object({
      callsPerSecond: rate(),
      rejectedPerSecond: rate(),
      slowPerSecond: rate(),
      retriesPerSecond: rate(),
      fallbacksPerSecond: rate(),
      'actionsPerSecond?': counts(layerActions),
      'failureRatio?': ratio(),
      'p50Ms?': rate(),
      'p95Ms?': rate(),
      'p99Ms?': rate(),
    }),
  };
}

function lists(): Record<string, TSchema> {
  const held = {
    value: Type.Ref('FlagValue'),
    reason: oneOf(flagReasons),
    sinceAt: instant(),
    'cause?': text(),
  };
  return {
    FlagView: object({
      key: text(),
      type: oneOf(['boolean', 'string', 'number', 'object']),
      ...held,
      mixed: bool(),
      defaultValue: Type.Ref('FlagValue'),
      'degradedValue?': Type.Ref('FlagValue'),
      bindings: listOf(text()),
      services: listOf(text()),
      'override?': Type.Ref('FlagOverride'),
      instances: listOf(object({ service: text(), instance: text(), ...held, stale: bool() })),
      ...ofMoment,
    }),
    FleetEvent: object({
      id: text(),
      at: instant(),
      service: text(),
      instance: text(),
      'address?': text(),
      event: Type.Object({ kind: Type.String(), at: Type.Number() }),
    }),
  };
}

function answers(): Record<string, TSchema> {
  return {
    ServiceView: object({
      service: text(),
      instanceCount: count(),
      connectedCount: count(),
      breakerCount: count(),
      openCount: count(),
      degradedFlagCount: count(),
      callsPerSecond: rate(),
      health: oneOf(healthStatuses),
    }),
    StatusView: object({
      level: oneOf(['empty', 'calm', 'degraded', 'broken']),
      sentence: text(),
      breakerCount: count(),
      openCount: count(),
      heldOpenCount: count(),
      halfOpenCount: count(),
      bypassedCount: count(),
      degradedFlags: listOf(text()),
      overriddenFlags: listOf(text()),
      unhealthyChecks: listOf(text()),
      lostAgents: listOf(text()),
      awaitedAgents: listOf(text()),
      agentCount: count(),
      'lastLeftAt?': instant(),
      'sinceAt?': instant(),
      'firstAddress?': text(),
      'cause?': text(),
      'problem?': text(),
      'at?': instant(),
    }),
  };
}
