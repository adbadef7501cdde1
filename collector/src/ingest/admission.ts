import {
  type AgentIdentity,
  type AgentMessage,
  type Hello,
  type Result,
  type Welcome,
  wireLimits,
} from '@holdfast/shared';
import { inflateRawSync } from 'node:zlib';
import { readAgentFrame } from '../frames/read-agent-frame.ts';
import type { ConnectionHost } from './connection.ts';
import { throttlesAt } from './overload.ts';

/** A frame of an agent as text within the limit. The problem says what is wrong, and where. */
export function readFrame(frame: Buffer): Result<AgentMessage> {
  const message = readAgentFrame(frame);
  if (!message.ok || frame.length <= wireLimits.batchBytes) return message;
  const problem = `frame must be at most ${wireLimits.batchBytes} bytes, got ${frame.length}`;
  return { ok: false, problem };
}

/** A deflated frame as it was. Nothing beyond the limit of a frame is made of it. */
export function inflate(bytes: Buffer): Result<Buffer> {
  try {
    return { ok: true, value: inflateRawSync(bytes, { maxOutputLength: wireLimits.batchBytes }) };
  } catch {
    const problem = `a binary frame must be deflated JSON of at most ${wireLimits.batchBytes} bytes`;
    return { ok: false, problem };
  }
}

/**
 * The sequence number from which an agent goes on: what of its epoch is stored. Batches that it can no longer
 * send are written down as a gap. The problem is for an agent that cannot be who it says.
 */
export async function resumePointOf(
  host: Pick<ConnectionHost, 'storedOf' | 'journal'>,
  agent: AgentIdentity,
  { first, next }: Hello,
): Promise<Result<number>> {
  const stored = await host.storedOf(agent);
  if (next <= stored) {
    // Its new batches would be taken for old ones: a copied machine, or an epoch that was drawn twice.
    const problem = `batch ${stored} of this epoch is stored, next cannot be ${next}: draw a new epoch`;
    return { ok: false, problem };
  }
  if (first <= stored + 1) return { ok: true, value: stored };
  await host.journal.record({ type: 'gap', agent, from: stored + 1, to: first - 1 });
  return { ok: true, value: first - 1 };
}

/** What every agent is told that is let in: the limits, the time, and what people want where it is news. */
export function termsFor(
  host: Pick<ConnectionHost, 'desiredFor' | 'clock' | 'journal' | 'witnesses'>,
  { service, desiredVersion }: Hello,
): Pick<Welcome, 'limits' | 'now' | 'desired' | 'throttles' | 'auditHead'> {
  const desired = host.desiredFor(service);
  return {
    limits: { batchBytes: wireLimits.batchBytes, windowBatches: wireLimits.windowBatches },
    now: host.clock.now(),
    ...throttlesAt(host.journal.load),
    ...host.witnesses.news,
    ...(desired.version === desiredVersion ? {} : { desired }),
  };
}
