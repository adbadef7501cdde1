import type { LiveSocket, OpenSocket } from './connection.ts';

/** The browser's own socket, opened with what `protocolsFor` gives: a browser can send no header with one. */
export function openWebSocket(protocolsFor: (subprotocol: string) => Promise<readonly string[]>): OpenSocket {
  return (url, subprotocol, hears) => {
    let socket: LiveSocket | undefined;
    let isClosed = false;
    const connect = async (): Promise<void> => {
      const protocols = await protocolsFor(subprotocol);
      if (!isClosed) socket = open(url, protocols, hears);
    };
    connect().catch(() => hears.end());
    return {
      send: (text) => socket?.send(text),
      close() {
        isClosed = true;
        socket?.close();
      },
    };
  };
}

function open(url: string, protocols: readonly string[], hears: Parameters<OpenSocket>[2]): LiveSocket {
  const socket = new WebSocket(url, [...protocols]);
  socket.addEventListener('message', (event: MessageEvent<unknown>) => hears.message(event.data));
  socket.addEventListener('close', () => hears.end());
  socket.addEventListener('error', () => hears.end());
  return socket;
}
