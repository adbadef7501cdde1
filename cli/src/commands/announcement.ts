import path from 'node:path';
import { defaultUrl, liveUrl } from '../client/collector-url.ts';
import { version } from '../version.ts';

/** A collector that has started, and the options of `holdfast up` that say who can come. */
export interface Started {
  /** An address that works on this machine. */
  readonly url: string;
  readonly host: string;
  readonly allowHost: readonly string[];
  readonly behindProxy?: boolean;
  readonly dataFolder: string;
  /** Whether nobody needs a token. */
  readonly isOpen: boolean;
}

/** What is said once the collector listens: each address and command works as it stands there. */
export function announcement({ url, dataFolder, isOpen, ...rest }: Started): string {
  const asked = (url === defaultUrl ? '' : ` --url ${url}`) + (isOpen ? '' : ' --token-file FILE');
  const others = othersOf({ url, ...rest });
  return [
    `Holdfast ${version} listens on ${url}`,
    `  dashboard  ${url}/`,
    ...(isOpen ? [] : [`  log-in     holdfast login${asked}`]),
    `  agents     ${new URL(liveUrl(url)).origin}`,
    `  data       ${path.resolve(dataFolder)}`,
    `  terminal   holdfast watch${asked}`,
    ...(others === undefined ? [] : [`  others     ${others}`]),
    '',
  ].join('\n');
}

/** By which names other machines get in; `undefined` where none can come. */
function othersOf({
  url,
  host,
  allowHost,
  behindProxy = false,
}: Pick<Started, 'url' | 'host' | 'allowHost' | 'behindProxy'>): string | undefined {
  const isLocal = isLoopback(host);
  if (isLocal && !behindProxy) return undefined;
  const own = isLocal || isEveryAddress(host) ? [] : [new URL(url).host];
  const names = [...own, ...allowHost];
  if (names.length === 0)
    return 'are turned away: give --allow-host NAME, the name or address by which they call it';
  return own.length === names.length
    ? `call it ${names.join(', ')}; by a name only with --allow-host NAME`
    : `call it ${names.join(', ')}`;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || /^(\[?::1\]?|127\..*)$/.test(host);
}

function isEveryAddress(host: string): boolean {
  return /^(0\.0\.0\.0|\[?::\]?)$/.test(host);
}
