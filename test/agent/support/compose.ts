import { handOn } from '../../../agent/src/classification/error-log.ts';
import type { Executor } from '../../../agent/src/primitives/call.ts';
import { type Composed, compose as composeList } from '../../../agent/src/primitives/pipeline/compose.ts';
import type { Runtime } from '../../../agent/src/runtime.ts';

/** `agent.compose` on a runtime. */
export function compose<const P extends readonly Executor[]>(
  runtime: Runtime,
  ...primitives: P
): Composed<P> {
  return composeList(primitives, (error) => handOn(runtime, error));
}
