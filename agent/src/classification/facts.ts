/** An error and everything that it was caused by, the outermost first. */
export function linksOf(error: unknown): readonly object[] {
  if (!isObject(error)) return [];
  const links: object[] = [error];
  for (let at = 0; at < links.length; at++) {
    const link = links[at] ?? {};
    addLink(links, read(link, 'cause'));
    const members = read(link, 'errors'); // an AggregateError: all addresses of a host refused, for instance
    if (Array.isArray(members)) for (const member of members.slice(0, maxLinks)) addLink(links, member);
  }
  return links;
}

/** A fetch `Response`, an error with a status, or one that carries its response. */
export function statusOf(link: object): number | undefined {
  const status = read(link, 'status') ?? read(link, 'statusCode') ?? field(read(link, 'response'), 'status');
  return typeof status === 'number' && status >= 400 && status <= 599 ? status : undefined;
}

export function codeOf(link: object): string | undefined {
  const code = read(link, 'code');
  return typeof code === 'string' && code.length > 0 && code.length <= maxNameLength ? code : undefined;
}

export function nameOf(link: object): string | undefined {
  const name = read(link, 'name');
  return typeof name === 'string' && name.length > 0 ? name.slice(0, maxNameLength) : undefined;
}

/** What the other side asked to wait, in milliseconds, from `Retry-After` in seconds or as an HTTP date. */
export function retryAfterOf(link: object, now: () => number): number | undefined {
  const own = read(link, 'retryAfterMs');
  if (typeof own === 'number') return bounded(own);
  const headers = read(link, 'headers') ?? field(read(link, 'response'), 'headers');
  const header = isObject(headers) ? headerOf(headers) : undefined;
  return header === undefined ? undefined : parseRetryAfter(header, now);
}

/** Milliseconds from now; `undefined` where the text is neither a number of seconds nor a date. */
function parseRetryAfter(header: string, now: () => number): number | undefined {
  const text = header.trim();
  if (/^\d{1,10}(\.\d+)?$/.test(text)) return bounded(Number(text) * 1_000);
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : bounded(at - now());
}

export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** A property of something that came from anywhere. */
export function read(source: object, name: string): unknown {
  return Reflect.get(source, name);
}

function field(source: unknown, name: string): unknown {
  return isObject(source) ? read(source, name) : undefined;
}

function headerOf(headers: object): string | undefined {
  const get = read(headers, 'get');
  const value: unknown =
    typeof get === 'function'
      ? Reflect.apply(get, headers, ['retry-after'])
      : (read(headers, 'retry-after') ?? read(headers, 'Retry-After'));
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function addLink(links: object[], candidate: unknown): void {
  if (isObject(candidate) && links.length < maxLinks && !links.includes(candidate)) links.push(candidate);
}

/** An hour at most: a broken header must not keep a service away for days. */
function bounded(retryAfterMs: number): number {
  return Math.min(Math.max(0, retryAfterMs), 3_600_000);
}

const maxLinks = 10;
const maxNameLength = 64;
