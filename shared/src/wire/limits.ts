/** What one agent may send and one collector takes. Reaching a limit is counted and shown, never silent. */
export const wireLimits = {
  batchBytes: 262_144,
  windowBatches: 8,
  eventsPerBatch: 1_000,
  rollupsPerBatch: 5_000,
  errorTalliesPerBatch: 1_000,
  resourcesPerAgent: 2_000,
  flagsPerAgent: 500,
  tags: 32,
  messageLength: 1_024,
} as const;

export const agentSubprotocol = 'holdfast.agent.v1';
export const liveSubprotocol = 'holdfast.live.v1';
export const heartbeatMs = 15_000;

/** WebSocket close codes that both sides understand, beside the standard ones. */
export const closeCodes = {
  refused: 4400,
  unauthorised: 4401,
  forbidden: 4403,
  silent: 4408,
  gap: 4409,
  tooLarge: 4413,
  goaway: 4503,
} as const;
