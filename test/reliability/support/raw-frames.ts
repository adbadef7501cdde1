import { connect } from 'node:net';
import { agentSubprotocol, type Random } from '@holdfast/shared';
import { getRequest, upgradeHeaders } from '../../collector/support/raw-http.ts';

/**
 * Speaks to a server as no client would: bytes that are no HTTP, requests with mistakes, and after a right
 * upgrade frames with wrong bits, lengths and masks. Resolves when the server has ended it, or after
 * `patienceMs`.
 */
export function speakRawly(port: number, random: Random, patienceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      for (const bytes of rawSpeech(port, random)) socket.write(bytes);
      socket.setTimeout(patienceMs, () => socket.destroy());
    });
    socket.on('data', () => {});
    socket.on('error', () => {}); // `close` follows
    socket.on('close', () => resolve());
  });
}

function rawSpeech(port: number, random: Random): Uint8Array[] {
  const headers = { Host: `127.0.0.1:${port}`, ...upgradeHeaders(agentSubprotocol) };
  const request = Buffer.from(getRequest('/api/v1/agent', headers));
  const way = random();
  if (way < 0.2) return [noise(random, 300)];
  if (way < 0.4) {
    for (let turn = 0; turn < 5; turn++) request[Math.floor(random() * request.length)] = random() * 256;
    return [request];
  }
  return [request, ...Array.from({ length: 1 + Math.floor(random() * 4) }, () => wrongFrame(random))];
}

/** A header of any opcode, with any reserved bits, any mask bit and a length that may be a lie. */
function wrongFrame(random: Random): Uint8Array {
  const lengthByte = Math.floor(random() * 128);
  const header = Buffer.from([Math.floor(random() * 256), (random() < 0.7 ? 128 : 0) | lengthByte]);
  const length =
    lengthByte === 127 ? noise(random, 8) : lengthByte === 126 ? noise(random, 2) : Buffer.alloc(0);
  return Buffer.concat([header, length, noise(random, 4), noise(random, Math.floor(random() * 200))]);
}

function noise(random: Random, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => Math.floor(random() * 256)));
}
