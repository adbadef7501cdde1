import type { OpenSocket } from './connection.ts';

/** The browser's own socket. */
export const openWebSocket: OpenSocket = (url, subprotocol, hears) => {
  const socket = new WebSocket(url, subprotocol);
  socket.addEventListener('message', (event: MessageEvent<unknown>) => hears.message(event.data));
  socket.addEventListener('close', () => hears.end());
  socket.addEventListener('error', () => hears.end());
  return socket;
};
