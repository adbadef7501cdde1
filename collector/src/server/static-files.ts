import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { systemCode } from '../errors.ts';

interface StaticFile {
  readonly bytes: Buffer;
  readonly gzipped: Buffer;
  readonly type: string;
  readonly etag: string;
  /** Its name changes with its content. */
  readonly isImmutable: boolean;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** What the page's own router answers for; everything else must be a file. */
const pageRoutes = new Set(
  'breakers services errors map health policies flags incidents alerts events faults audit settings'.split(
    ' ',
  ),
);

const noDashboard = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Holdfast</title></head>
<body><h1>Holdfast collector</h1>
<p>The collector runs, but the dashboard was not built with it. In a checkout, run: npm run build</p>
<p>The HTTP API is described in <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p></body></html>
`;

/**
 * The dashboard's files, read once at the start. Requests are looked up by name and never joined to a path,
 * so that no request can reach another file.
 */
export class StaticFiles {
  private readonly files: ReadonlyMap<string, StaticFile>;

  constructor(files: ReadonlyMap<string, StaticFile>) {
    this.files = files;
  }

  /** The file that a request asks for; `undefined` where there is none. */
  answer(request: Request): Response | undefined {
    const { pathname } = new URL(request.url);
    const file = this.files.get(pathname) ?? (isPage(pathname) ? this.files.get('/') : undefined);
    if (file === undefined) return undefined;
    const headers = new Headers({
      'cache-control': file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
      etag: file.etag,
      vary: 'accept-encoding',
    });
    if (request.headers.get('if-none-match') === file.etag)
      return new Response(undefined, { status: 304, headers });
    headers.set('content-type', file.type);
    const acceptsGzip = /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '');
    if (!acceptsGzip) return new Response(file.bytes, { headers });
    headers.set('content-encoding', 'gzip');
    return new Response(file.gzipped, { headers });
  }
}

/** Reads a folder with all below it. One that is absent, or not given, yields a page that says so. */
export async function readStaticFiles(folder: string | undefined): Promise<StaticFiles> {
  const files = new Map<string, StaticFile>();
  for (const name of folder === undefined ? [] : await namesIn(folder)) {
    const file = await staticFile(name, await readFile(path.join(folder ?? '', name)));
    files.set(`/${name.split(path.sep).join('/')}`, file);
  }
  const index = files.get('/index.html') ?? (await staticFile('index.html', Buffer.from(noDashboard)));
  files.set('/', index);
  return new StaticFiles(files);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && path.extname(entry.name) in types)
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return [];
    throw error;
  }
}

async function staticFile(name: string, bytes: Buffer): Promise<StaticFile> {
  return {
    bytes,
    gzipped: await promisify(gzip)(bytes),
    type: types[path.extname(name)] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    isImmutable: name.startsWith(`assets${path.sep}`),
  };
}

function isPage(pathname: string): boolean {
  return pageRoutes.has(pathname.split('/')[1] ?? '') && !/\.\.|\\|%(25|2e|2f|5c|00)/i.test(pathname);
}
