// Connections to a live feed, in a process of their own: to read must not be counted as fan-out.
import { WebSocket } from 'ws';

const [, , url, readers] = process.argv;
let open = 0;
let messages = 0;
let bytes = 0;
for (let reader = 0; reader < Number(readers); reader++) {
  const socket = new WebSocket(url, 'holdfast.live.v1', { perMessageDeflate: false });
  socket.on('open', () => ++open === Number(readers) && process.send('open'));
  socket.on('message', (data) => {
    messages++;
    bytes += data.length;
  });
}
process.on('message', () => {
  process.send({ messages, bytes });
  messages = 0;
  bytes = 0;
});
