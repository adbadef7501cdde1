import type { IncomingMessage } from 'node:http';
import { longestMs } from './sessions.ts';

/**
 * The cookie of a session. Its name holds the port, because a browser shows the cookies of a host to all
 * of its ports. Encrypted it begins with `__Host-`, so that no other page of the domain can set it.
 */
export class SessionCookie {
  private readonly port: number;

  constructor(port: number) {
    this.port = port;
  }

  /** The secret in it. */
  read({ headers }: IncomingMessage, isEncrypted: boolean): string | undefined {
    const name = this.nameOf(isEncrypted);
    for (const pair of (headers.cookie ?? '').split(';')) {
      const [given = '', value] = pair.trim().split('=', 2);
      if (given === name) return value;
    }
    return undefined;
  }

  set(secret: string, isEncrypted: boolean): string {
    return this.textOf(secret, isEncrypted, longestMs / 1_000);
  }

  clear(isEncrypted: boolean): string {
    return this.textOf('', isEncrypted, 0);
  }

  private nameOf(isEncrypted: boolean): string {
    return `${isEncrypted ? '__Host-' : ''}holdfast-${this.port}`;
  }

  private textOf(value: string, isEncrypted: boolean, seconds: number): string {
    const attributes = `Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict`;
    const text = `${this.nameOf(isEncrypted)}=${value}; ${attributes}`;
    return isEncrypted ? `${text}; Secure` : text;
  }
}
