import { done, type Outcome, refused } from '../refusal.ts';

const bodyBytes = 16 * 1_024;
const bodyDepth = 16;

/** The JSON of a request's body. */
export async function readBody(request: Request): Promise<Outcome<unknown>> {
  const type = request.headers.get('content-type') ?? 'none';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    return refused('wrong_media_type', `content-type must be application/json, got ${type.slice(0, 100)}`);
  }
  const bytes = await readBytes(request);
  if (bytes === undefined) return refused('too_large', `the body must be at most ${bodyBytes} bytes`);
  const text = new TextDecoder().decode(bytes);
  if (depthOf(text) > bodyDepth)
    return refused('bad_input', `the body must be at most ${bodyDepth} levels deep`);
  try {
    const body: unknown = JSON.parse(text);
    return done(body);
  } catch {
    return refused('bad_input', 'the body is not JSON');
  }
}

/** `undefined` where it is larger than allowed; nothing beyond that is kept. */
async function readBytes(request: Request): Promise<Uint8Array | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > bodyBytes) return undefined;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > bodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
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
