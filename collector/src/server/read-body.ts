import { done, type Outcome, refused } from '../refusal.ts';

const jsonType = /^application\/json\s*(;|$)/i;
const linesType = /^application\/x-ndjson\s*(;|$)/i;
const bodyBytes = 16 * 1_024;
const bodyDepth = 16;

/** The JSON of a request's body. */
export async function readBody(request: Request): Promise<Outcome<unknown>> {
  const bytes = await readBytes(request, jsonType, bodyBytes);
  if (!bytes.ok) return bytes;
  const text = new TextDecoder().decode(bytes.value);
  if (depthOf(text) > bodyDepth)
    return refused('bad_input', `the body must be at most ${bodyDepth} levels deep`);
  try {
    const body: unknown = JSON.parse(text);
    return done(body);
  } catch {
    return refused('bad_input', 'the body is not JSON');
  }
}

/** The lines of a request's body as they came, the empty ones left out. */
export async function readLines(request: Request, maxBytes: number): Promise<Outcome<readonly Buffer[]>> {
  const bytes = await readBytes(request, linesType, maxBytes);
  if (!bytes.ok) return bytes;
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.value.length; ) {
    const found = bytes.value.indexOf(newline, from);
    const until = found === -1 ? bytes.value.length : found;
    if (until > from) lines.push(bytes.value.subarray(from, until));
    from = until + 1;
  }
  return done(lines);
}

const newline = 10;

/** Nothing beyond the limit is kept. */
async function readBytes(request: Request, types: RegExp, maxBytes: number): Promise<Outcome<Buffer>> {
  const type = request.headers.get('content-type') ?? 'none';
  if (!types.test(type)) {
    const expected = types === jsonType ? 'application/json' : 'application/x-ndjson';
    return refused('wrong_media_type', `content-type must be ${expected}, got ${type.slice(0, 100)}`);
  }
  const tooLarge = refused('too_large', `the body must be at most ${maxBytes} bytes`);
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) return tooLarge;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > maxBytes) return tooLarge;
    chunks.push(chunk);
  }
  return done(Buffer.concat(chunks));
}

/** How deep the brackets of a JSON text go: a parser would follow them to the end of its stack. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let i = 0; i < text.length; i++) {
    const mark = text[i];
    if (mark === '"') isInString = !isInString;
    else if (isInString && mark === '\\') i++;
    else if (isInString) continue;
    else if (mark === '[' || mark === '{') deepest = Math.max(deepest, ++depth);
    else if (mark === ']' || mark === '}') depth--;
  }
  return deepest;
}
