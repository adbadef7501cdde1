import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Post } from '../stream/request-session.ts';
import type { CollectorAddress } from '../options/collector-address.ts';

/**
 * Posts to a collector, over a connection of its own each time: what a process that was frozen finds of an
 * older one is dead. Where it `keepsAlive`, the process does not end before the answer.
 */
export function httpPost(
  { url, token, ca }: CollectorAddress,
  { keepsAlive }: { readonly keepsAlive: boolean },
): Post {
  const target = new URL(url);
  target.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
  target.pathname = url.pathname.replace(/agent$/, 'ingest');
  const request = target.protocol === 'https:' ? requestHttps : requestHttp;
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return (body, signal) =>
    new Promise((resolve, reject) => {
      const headers = {
        'content-type': 'application/x-ndjson',
        'content-length': body.length,
        ...authorization,
      };
      const sent = request(target, { method: 'POST', agent: false, headers, signal, ca }, (answer) => {
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > maxAnswerBytes) answer.destroy(new Error('the answer is too long'));
        });
        text(answer).then((all) => resolve({ status: answer.statusCode ?? 0, text: all }), reject);
      });
      sent.on('error', reject);
      if (!keepsAlive) sent.on('socket', (socket) => socket.unref());
      sent.end(body);
    });
}

/** As much as a frame over a connection. */
const maxAnswerBytes = 1_048_576;
