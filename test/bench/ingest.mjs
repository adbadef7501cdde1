// How many rollup rows a second become durable, from an agent's socket to an acknowledgement after the
// commit. The built collector stands between a floor that checks, folds and keeps nothing but the frame, and
// the usual good build: a JSON object and a row a rollup, checked by zod or by hand. All have ws, sqlite3 and
// FULL.
// A process that has just started is slow, so what is sent in its first seconds does not count.
// ROUNDS (3), WARM seconds (2) and then SECONDS a round (5), CONNECTIONS (4), ROWS a batch (500), WINDOW (8).
import { median } from './measure.mjs';
import { connect, framesOf, main, rowFrameOf, setting, startServer, support } from './support/server.mjs';

const rounds = setting('ROUNDS', 3);
const warm = setting('WARM', 2);
const seconds = setting('SECONDS', 5);
const connections = setting('CONNECTIONS', 4);
const rows = setting('ROWS', 500);
const windowBatches = setting('WINDOW', 8);

const start = Math.floor(Date.now() / 1_000);
const batch = framesOf(rows);
const rowFrame = rowFrameOf(rows);
const contenders = {
  'floor: frame to disk, nothing read': {
    command: (port, data) => [support('ingest-floor.mjs'), port, data],
    frame: (seq) => batch(seq, start + seq),
  },
  'peer: JSON, zod, multi-VALUES': {
    command: (port, data) => [support('ingest-rows.mjs'), port, data, 'zod'],
    frame: () => rowFrame,
  },
  'the same, checked by hand': {
    command: (port, data) => [support('ingest-rows.mjs'), port, data, 'hand'],
    frame: () => rowFrame,
  },
  'holdfast collector': {
    command: (port, data) => [main, 'up', '--port', port, '--data', data],
    frame: (seq) => batch(seq, start + seq),
  },
};

const results = new Map(Object.keys(contenders).map((name) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const [name, contender] of Object.entries(contenders))
    results.get(name).push(await runOnce(contender));
}
console.log(
  `node ${process.version}; ${connections} connections, ${rows} rows a batch, window ${windowBatches}\n`,
);
console.log(
  '| contender | rows/s | to floor | to peer | bytes a row | CPU ns a row | ack p50 ms | ack p99 ms |',
);
console.log('|---|---:|---:|---:|---:|---:|---:|---:|');
const [floor, peer] = [...results.values()].map((all) => median(all.map((one) => one.rate)));
for (const [name, all] of results) {
  const of = (key) => median(all.map((one) => one[key]));
  const cells = [Math.round(of('rate')).toLocaleString('en'), (of('rate') / floor).toFixed(2)];
  cells.push((of('rate') / peer).toFixed(1), of('bytes').toFixed(1), of('cpu').toFixed(0));
  cells.push(of('p50').toFixed(1), of('p99').toFixed(1));
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}

async function runOnce({ command, frame }) {
  const server = await startServer(command);
  const sockets = await Promise.all(
    Array.from({ length: connections }, (_, index) =>
      connect(server.port, { service: 'bench', instance: `bench-${index}` }),
    ),
  );
  const from = performance.now() + warm * 1_000;
  let cpuBefore = Number.NaN;
  setTimeout(() => (cpuBefore = server.cpuSeconds()), warm * 1_000);
  const times = { from, until: from + seconds * 1_000 };
  const runs = await Promise.all(sockets.map((socket) => send(socket, frame, times)));
  const took = (performance.now() - from) / 1_000;
  const cpu = server.cpuSeconds() - cpuBefore;
  await server.stop();
  const waits = runs.flatMap((run) => run.waits).toSorted((a, b) => a - b);
  const acked = waits.length * rows;
  const bytes = (runs[0]?.bytes ?? 0) / rows; // all frames but the first are of one size
  const at = (share) => waits[Math.floor(share * (waits.length - 1))];
  return { rate: acked / took, cpu: (cpu * 1e9) / acked, bytes, p50: at(0.5), p99: at(0.99) };
}

/** Keeps the window full until the time is over, then waits for the rest. Counts what comes `from` on. */
function send(socket, frameOf, { from, until }) {
  const sentAt = [];
  const waits = [];
  let acked = 0;
  let bytes = 0;
  const fill = () => {
    while (sentAt.length - acked < windowBatches && performance.now() < until) {
      const frame = frameOf(sentAt.length + 1);
      bytes = frame.length;
      sentAt.push(performance.now());
      socket.send(frame);
    }
  };
  return new Promise((resolve) => {
    socket.on('message', (text) => {
      const message = JSON.parse(text);
      if (message.type !== 'ack') return;
      const now = performance.now();
      for (; acked < message.stored; acked++) if (now >= from) waits.push(now - sentAt[acked]);
      fill();
      if (acked === sentAt.length) resolve({ waits, bytes });
    });
    fill();
  });
}
