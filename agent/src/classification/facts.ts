/** An error and everything that it was caused by, the outermost first. */
export function linksOf(error: unknown): readonly object[] {
  if (!isObject(error)) return [];
  const links: object[] = [error];
  for (let at = 0; at < links.length; at++) {
    const link = links[at] ?? {};
    addLink(links, read(link, 'cause'));
    for (const member of membersOf(link)) addLink(links, member);
  }
  return links;
}

/** The error and its causes, without what an `AggregateError` holds. */
export function chainOf(error: object): readonly object[] {
  const chain: object[] = [error];
  for (let at = 0; at < chain.length; at++) addLink(chain, read(chain[at] ?? {}, 'cause'));
  return chain;
}

/** What an `AggregateError` holds: all addresses of a host refused, for instance. */
export function membersOf(link: object): readonly unknown[] {
  const members = read(link, 'errors');
  if (!Array.isArray(members)) return [];
  return link instanceof AggregateError || nameOf(link) === 'AggregateError'
    ? members.slice(0, maxLinks)
    : [];
}

/** A fetch `Response`, an error with a status, one that carries its response, or one of AWS. */
export function statusOf(link: object): number | undefined {
  const response = read(link, 'response');
  const status =
    read(link, 'status') ??
    read(link, 'statusCode') ??
    field(response, 'status') ??
    field(response, 'statusCode') ??
    field(read(link, '$metadata'), 'httpStatusCode');
  const isError = typeof status === 'number' && (status < 200 || status >= 400);
  return isError && status >= 100 && status <= 599 ? status : undefined;
}

export function statusKeyOf(link: object): string | undefined {
  return statusOf(link)?.toString();
}

export function codeOf(link: object): string | undefined {
  const code = read(link, 'code');
  return typeof code === 'string' && code.length > 0 && code.length <= maxNameLength ? code : undefined;
}

/** Its name; of an error that has none of its own, its class's. */
export function nameOf(link: object): string | undefined {
  const name = read(link, 'name');
  const isPlain = name === 'Error' && link instanceof Error;
  const found = isPlain ? link.constructor.name : name;
  return typeof found === 'string' && found.length > 0 ? found.slice(0, maxNameLength) : undefined;
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  if (!isObject(error)) return String(error);
  const message = read(error, 'message') ?? read(error, 'statusText');
  return typeof message === 'string' ? message : '';
}

/** The first line of the message, as far as it says what happened. */
export function firstLineOf(error: unknown): string {
  const message = messageOf(error);
  const end = message.indexOf('\n');
  return message.slice(0, end === -1 || end > maxLineLength ? maxLineLength : end);
}

/** How far a call came: `connect ETIMEDOUT` of Node, or of got, which calls it an event. */
export function phaseOf(link: object): string | undefined {
  const step = read(link, 'syscall') ?? read(link, 'event');
  return typeof step === 'string' ? `${step} ${codeOf(link)}` : undefined;
}

/** Its name, of an error that looks like one of gRPC: other numbers mean other things. */
export function grpcStatusOf(link: object): string | undefined {
  const code = read(link, 'code');
  if (typeof code !== 'number') return undefined;
  const isGrpc = typeof read(link, 'details') === 'string' || isObject(read(link, 'metadata'));
  return isGrpc ? grpcNames[code - 1] : undefined;
}

/** Five letters and digits, and no code of Node's, which have no digit. */
export function sqlStateOf(link: object): string | undefined {
  const code = codeOf(link);
  return code?.length === 5 && /^(?=\D*\d)[0-9A-Z]+$/.test(code) ? code : undefined;
}

/** Node's own numbers are below 0. */
export function mysqlNumberOf(link: object): string | undefined {
  const errno = read(link, 'errno');
  if (typeof errno !== 'number' || errno <= 0) return undefined;
  const isMysql = typeof read(link, 'sqlState') === 'string' || codeOf(link)?.startsWith('ER_') === true;
  return isMysql ? errno.toString() : undefined;
}

export function fatalOf(link: object): string | undefined {
  return read(link, 'fatal') === true ? 'fatal' : undefined;
}

export function mongoLabelsOf(link: object): string | undefined {
  const labels = read(link, 'errorLabels');
  return Array.isArray(labels) && labels.length > 0 ? labels.slice(0, maxLinks).join() : undefined;
}

export function mongoCodeOf(link: object): string | undefined {
  const code = read(link, 'code');
  return typeof code === 'number' && nameOf(link)?.startsWith('Mongo') === true ? code.toString() : undefined;
}

export function redisWordOf(link: object): string | undefined {
  const name = nameOf(link);
  const isReply = name !== undefined && redisReplies.includes(name);
  return isReply ? /^[A-Z]+/.exec(messageOf(link))?.[0] : undefined;
}

export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** A property of something that came from anywhere. */
export function read(source: object, name: string): unknown {
  return Reflect.get(source, name);
}

export function field(source: unknown, name: string): unknown {
  return isObject(source) ? read(source, name) : undefined;
}

function addLink(links: object[], candidate: unknown): void {
  if (isObject(candidate) && links.length < maxLinks && !links.includes(candidate)) links.push(candidate);
}

/** From 1 on. */
const grpcNames = [
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/** ioredis has the first, node-redis the others. */
const redisReplies = ['ReplyError', 'ErrorReply', 'SimpleError', 'BlobError'];

const maxLinks = 10;
const maxNameLength = 64;
const maxLineLength = 256;
