export { type AgentCheckOptions, agentCheck } from './agent-check.ts';
export { type BreakerCheckOptions, breakerCheck } from './breaker-check.ts';
export { type DiskCheckOptions, diskCheck } from './disk-check.ts';
export { type DnsCheckOptions, dnsCheck } from './dns-check.ts';
export { type EventLoopCheckOptions, eventLoopCheck } from './event-loop-check.ts';
export { type HeapCheckOptions, heapCheck } from './heap-check.ts';
export { type HttpCheckOptions, httpCheck } from './http-check.ts';
export { type TcpCheckOptions, tcpCheck } from './tcp-check.ts';
export type { TimeLimits } from './timed.ts';
