// What a hand-made server needs for nothing but the fan-out: made-up resources of ten figures, so many of
// which change at each tick, to whoever connects. `stringify`: as JSON objects, anew for each client.
// `columns`: as columns, encoded and framed once.
import { createRequire } from 'node:module';
import { WebSocketServer } from 'ws';

const [, , port, how, series, changed, hertz] = process.argv;
const { Sender } = createRequire(import.meta.url)('ws');
const names = [
  'callsPerSecond',
  'rejectedPerSecond',
  'slowPerSecond',
  'retriesPerSecond',
  'fallbacksPerSecond',
];
const figures = [...names, 'failureRatio', 'p50Ms', 'p95Ms', 'p99Ms', 'inFlight'];
const all = Array.from({ length: Number(series) }, (_, index) => ({
  address: `bench/circuit_breaker/breaker ${index}`,
  state: 'closed',
  ...Object.fromEntries(figures.map((name, at) => [name, (index * 7 + at * 13) % 900])),
}));
const server = new WebSocketServer({ port: Number(port), host: '127.0.0.1', perMessageDeflate: false });
server.on('listening', () => console.log('listening'));
const connections = [];
server.on('connection', (_client, request) => connections.push(request.socket));
let from = 0;

setInterval(() => {
  const rows = Array.from({ length: Number(changed) }, (_, index) => (from + index) % all.length);
  from = (from + rows.length) % all.length;
  for (const row of rows) for (const name of names) all[row][name] = (all[row][name] * 10 + 7) / 10;
  if (how === 'stringify') for (const client of server.clients) client.send(JSON.stringify(objects(rows)));
  else broadcast(columns(rows));
}, 1_000 / Number(hertz));

function objects(rows) {
  return { type: 'delta', at: Date.now(), resources: rows.map((row) => all[row]) };
}

function columns(rows) {
  const of = Object.fromEntries(names.map((name) => [name, rows.map((row) => all[row][name])]));
  return { type: 'delta', at: Date.now(), figures: { of: rows, ...of } };
}

function broadcast(message) {
  const options = { fin: true, opcode: 1, mask: false, readOnly: false, rsv1: false };
  const frame = Buffer.concat(Sender.frame(Buffer.from(JSON.stringify(message)), options));
  for (const connection of connections) connection.write(frame);
}
