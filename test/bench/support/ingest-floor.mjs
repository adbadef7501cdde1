// The floor of ingest.mjs: takes frames from a WebSocket, commits all that wait in one transaction,
// acknowledges. It reads nothing of a frame but its place in line.
import path from 'node:path';
import sqlite3 from 'sqlite3';
import { WebSocketServer } from 'ws';

const [, , port, data] = process.argv;
const database = new sqlite3.Database(path.join(data, 'floor.db'));
const run = (sql, values = []) =>
  new Promise((resolve, reject) => database.run(sql, values, (error) => (error ? reject(error) : resolve())));
for (const pragma of ['page_size=16384', 'journal_mode=WAL', 'synchronous=FULL'])
  await run(`PRAGMA ${pragma}`);
await run('CREATE TABLE log (id INTEGER PRIMARY KEY, frame BLOB)');

let waiting = [];
let isCommitting = false;
async function commit() {
  if (isCommitting) return;
  isCommitting = true;
  while (waiting.length > 0) {
    const group = waiting;
    waiting = [];
    await run('BEGIN');
    const places = group.map(() => '(?)').join();
    await run(
      `INSERT INTO log (frame) VALUES ${places}`,
      group.map((one) => one.frame),
    );
    await run('COMMIT');
    for (const { socket, seq } of group) socket.send(`{"type":"ack","stored":${seq}}`);
  }
  isCommitting = false;
}

const server = new WebSocketServer({ port: Number(port), host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (socket) => {
  let seq = -1;
  socket.on('message', (frame) => {
    seq += 1;
    if (seq === 0) {
      socket.send('{"type":"welcome"}');
      return;
    }
    waiting.push({ socket, frame, seq });
    void commit();
  });
});
server.on('listening', () => console.log('ready'));
