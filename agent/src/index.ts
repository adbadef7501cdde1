export { type Agent, type AgentStatus, createAgent } from './agent.ts';
export type { Classification } from './classification/classifier.ts';
export type { FlushResult } from './connection.ts';
export type { ClassificationRule } from './classification/rules.ts';
export {
  CriticalError,
  type ErrorSource,
  hasCode,
  PartialOutageError,
  ResilienceError,
  type ResilienceErrorCode,
  TransientError,
} from './errors.ts';
export type { Fault, Faults } from './faults/fault-book.ts';
export type { FaultKind, FaultOptions } from './faults/options.ts';
export type { FlagBinding, FlagDefinition } from './flags/flag-options.ts';
export type { EvaluationContext, FlagChangeNotice, FlagDetails, Flags } from './flags/flags.ts';
export type { DrainOptions } from './health/draining.ts';
export type { HealthReport, ReportOptions } from './health/health-book.ts';
export type { HealthCheck, HealthCheckOptions, HealthCheckReport } from './health/health-check.ts';
export type { HealthHandler, HealthHandlerOptions } from './health/health-handler.ts';
export type { HealthAnswer, HealthProbe } from './health/probe.ts';
export type { ExpressMiddleware, NodeMiddleware, RoutedRequest } from './middleware/express.ts';
export type {
  FastifyLike,
  FastifyPlugin,
  FastifyReplyLike,
  FastifyRequestLike,
} from './middleware/fastify.ts';
export type { KoaContextLike, KoaMiddleware } from './middleware/koa.ts';
export type { ArgumentsHostLike, FilterLike, NestMiddleware } from './middleware/nest.ts';
export type { MiddlewareOptions } from './middleware/requests.ts';
export type { SpoolStatus } from './spool/spool.ts';
export type { AgentLimits, AgentMode, AgentOptions } from './options/agent-options.ts';
export type { Bulkhead } from './primitives/bulkhead/bulkhead.ts';
export type {
  AdaptiveOptions,
  AimdOptions,
  BulkheadOptions,
  Gradient2Options,
} from './primitives/bulkhead/options.ts';
export type { Cache, CachedValue } from './primitives/cache/cache.ts';
export type { CacheOptions } from './primitives/cache/options.ts';
export type { CallContext, CallOptions, Executor, Guarded, Priority } from './primitives/call.ts';
export type { BreakerMetrics, CircuitBreaker, Permit } from './primitives/circuit-breaker/circuit-breaker.ts';
export type { CircuitBreakerOptions } from './primitives/circuit-breaker/options.ts';
export type {
  EndpointCallOptions,
  EndpointContext,
  Endpoints,
  EndpointsExecutor,
  EndpointStatus,
} from './primitives/endpoints/endpoints.ts';
export type {
  ActiveCheckOptions,
  EndpointsOptions,
  SuccessRateOptions,
} from './primitives/endpoints/options.ts';
export type { FallbackFailedError } from './primitives/fallback/failed.ts';
export type { Fallback } from './primitives/fallback/fallback.ts';
export type {
  FallbackAnswer,
  FallbackFunction,
  FallbackLastGood,
  FallbackOn,
  FallbackOptions,
  FallbackSources,
  FallbackStep,
  FallbackThrough,
  LastGoodOptions,
  LastGoodValue,
} from './primitives/fallback/options.ts';
export type { Hedge } from './primitives/hedge/hedge.ts';
export type { HedgeOptions, PercentileOptions } from './primitives/hedge/options.ts';
export type { Idempotency, IdempotentWrapOptions } from './primitives/idempotency/idempotency.ts';
export type { IdempotencyCallOptions, IdempotencyOptions } from './primitives/idempotency/options.ts';
export type {
  IdempotencyStore,
  KeptKey,
  KeyClaim,
  KeyCompletion,
  KeyHolding,
} from './primitives/idempotency/store.ts';
export type { LoadShedder } from './primitives/load-shedder/load-shedder.ts';
export type {
  ClientThrottleOptions,
  ConcurrencyOptions,
  EventLoopLagOptions,
  LoadShedderOptions,
  QueueTimeOptions,
} from './primitives/load-shedder/options.ts';
export type { Pipeline } from './primitives/pipeline/pipeline.ts';
export type { Composed } from './primitives/pipeline/compose.ts';
export type { PipelineOptions } from './primitives/pipeline/options.ts';
export { type MethodGuard, type Protector, protectedBy } from './primitives/pipeline/protected-by.ts';
export type { QueueOptions } from './primitives/queue/options.ts';
export type { Queue, QueueWaitOptions } from './primitives/queue/queue.ts';
export type { RateLimiterOptions } from './primitives/rate-limiter/options.ts';
export type { RateLimiter } from './primitives/rate-limiter/rate-limiter.ts';
export type { BackoffFunction, BackoffSpec } from './primitives/retry/backoff.ts';
export type { RetryBudgetOptions } from './primitives/retry/budget.ts';
export type { Retry } from './primitives/retry/retry.ts';
export type { RetryOptions } from './primitives/retry/options.ts';
export type { SagaOptions, SagaStep, StepActions, StepCall } from './primitives/saga/options.ts';
export type { SagaScope } from './primitives/saga/run.ts';
export type { ResumeReport, Saga, SagaBody, SagaCallOptions } from './primitives/saga/saga.ts';
export { SagaError } from './primitives/saga/saga-error.ts';
export type {
  SagaClaim,
  SagaClaimed,
  SagaHolding,
  SagaProgress,
  SagaSearch,
  SagaStore,
} from './primitives/saga/store.ts';
export type { Timeout, TimeoutOptions } from './primitives/timeout/timeout.ts';
export type { PlanRule } from './propagation/plan.ts';
export type { Explanation, PropagationRules } from './propagation/propagation.ts';
export type {
  DegradeAction,
  FailedCall,
  OneOrMany,
  PropagationAction,
  PropagationMatch,
  PropagationRule,
} from './propagation/rules.ts';
export type { Link, LinkEnd, LinkListener, Transport } from './stream/transport.ts';
export type { Clock, ErrorClass, FlagValue, Random, Severity, TimerHandle } from '@holdfast/shared';
