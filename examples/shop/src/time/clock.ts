import type { AgentOptions } from '@holdfast/agent';

/** Time and chance in the shape that the agent takes them, so that a test can hand one clock to both. */
export type Clock = NonNullable<AgentOptions['clock']>;
export type Random = NonNullable<AgentOptions['random']>;
