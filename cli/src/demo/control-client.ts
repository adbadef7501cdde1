import { exitCodes } from '../exit-codes.ts';
import { Failure, messageOf } from '../failure.ts';
import type { ModeOrder } from './shop.ts';

/**
 * Switches a service of the shop over its control port.
 *
 * @throws {Failure} 8 for an address that is not on this machine: it comes from an agent's tag, which anybody
 * who may connect can set; 1 where the service does not answer or says no.
 */
export async function switchMode(controlUrl: string, order: ModeOrder): Promise<void> {
  if (!isLoopback(controlUrl)) {
    throw new Failure(exitCodes.refused, `${controlUrl} is not on this machine, so nothing was sent there`);
  }
  const answer = await post(`${controlUrl}/mode`, order);
  if (answer.ok) return;
  const body: unknown = await answer.json().catch(() => undefined);
  const reason =
    typeof body === 'object' && body !== null && 'message' in body ? `: ${String(body.message)}` : '';
  throw new Failure(exitCodes.failed, `${controlUrl} answered ${answer.status}${reason}`);
}

async function post(url: string, body: unknown): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(2_000),
    });
  } catch (error) {
    throw new Failure(
      exitCodes.failed,
      `${url} does not answer (${messageOf(error)}); it may just have crashed`,
    );
  }
}

function isLoopback(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'http:' && /^(127(\.\d{1,3}){3}|\[::1\]|localhost)$/.test(hostname);
}
