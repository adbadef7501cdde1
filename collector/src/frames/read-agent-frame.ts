import {
  type AgentMessage,
  readAgentMessage,
  readAgentValue,
  readGaugesOf,
  type Result,
  type RollupRows,
  scanRollups,
} from '@holdfast/shared';

/**
 * Parses an agent's frame, as it came or as it stands in the log. The rollups of a batch, which are nearly
 * all that arrives, are taken from the bytes as `rows` where they look as an agent writes them; all else, and
 * what is wrong, goes through `readAgentMessage`.
 */
export function readAgentFrame(frame: Buffer): Result<AgentMessage> {
  return readBatchFrame(frame) ?? readAgentMessage(frame.toString('utf8'));
}

/** In JSON only a key can look so: within a text its quotes would be escaped. */
const key = Buffer.from(',"rollups":{');
/** Stands for them in what is parsed as JSON. */
const stub = '0';

function readBatchFrame(frame: Buffer): Result<AgentMessage> | undefined {
  const found = frame.indexOf(key);
  if (found < 0) return undefined;
  const from = found + key.length - 1;
  const scanned = scanRollups(frame, from);
  if (scanned === undefined) return undefined;
  const rest = restOf(frame, from, scanned.end);
  const gauges = gaugesOf(frame.subarray(...scanned.gauges), scanned.rows.resource.length);
  if (rest === undefined || gauges === undefined) return undefined;
  const message = readAgentValue(rest);
  if (!message.ok || message.value.type !== 'batch') return undefined;
  return { ok: true, value: { ...message.value, rows: { ...scanned.rows, gauges } } };
}

/**
 * The frame without its rollups. What stands before them has to end in one open object, so that they are the
 * frame's own and not a part of a part.
 */
function restOf(frame: Buffer, from: number, to: number): object | undefined {
  try {
    const head = JSON.parse(`${frame.toString('utf8', 0, from)}${stub}}`) as object; // begins with a brace
    const tail = frame.toString('utf8', to);
    const behind: unknown = tail === '}' ? {} : JSON.parse(`{"":${stub}${tail}`);
    if (typeof behind !== 'object' || behind === null) return undefined;
    if ('rollups' in behind) return undefined; // said twice: the last counts
    const { rollups: _stub, '': _nameless, ...rest }: Record<string, unknown> = { ...head, ...behind };
    return rest;
  } catch {
    return undefined;
  }
}

function gaugesOf(bytes: Buffer, rows: number): RollupRows['gauges'] | undefined {
  if (bytes.length === 2) return {};
  try {
    const gauges = readGaugesOf(rows, JSON.parse(bytes.toString('utf8')));
    return gauges.ok ? gauges.value : undefined;
  } catch {
    return undefined;
  }
}
