import { usageFailure } from '../failure.ts';

export const defaultUrl = 'http://127.0.0.1:4900';

/** The collector's address from the command line or the environment, without a slash at its end. */
export function readCollectorUrl(text: string, origin: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw usageFailure(`${origin} must be an http or https address such as ${defaultUrl}, got '${text}'`);
  }
  if (url.username !== '' || url.password !== '') {
    throw usageFailure(`${origin} must hold no password; give a token with --token-file or HOLDFAST_TOKEN`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** Where the live view is, over WebSocket. */
export function liveUrl(url: string): string {
  return `${url.replace(/^http/, 'ws')}/api/v1/live`;
}
