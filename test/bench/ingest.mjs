// How many rollup rows a second become durable, from an agent's socket to an acknowledgement after the
// commit: the built collector beside a floor that checks, folds and keeps nothing but the frame (ws, sqlite3,
// group commit, FULL). ROUNDS (3), SECONDS a round (4), CONNECTIONS (4), ROWS a batch (500), WINDOW (8).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { median } from './measure.mjs';

const setting = (name, usual) => Number(process.env[name] ?? usual);
const rounds = setting('ROUNDS', 3);
const seconds = setting('SECONDS', 4);
const connections = setting('CONNECTIONS', 4);
const rows = setting('ROWS', 500);
const windowBatches = setting('WINDOW', 8);
const here = path.dirname(fileURLToPath(import.meta.url));
const main = path.join(here, '../../cli/dist/main.js');

const contenders = {
  'floor: frame to disk, nothing read': (port, data) => [
    path.join(here, 'support/ingest-floor.mjs'),
    `${port}`,
    data,
  ],
  'holdfast collector': (port, data) => [main, 'up', '--port', `${port}`, '--data', data],
};

const start = Math.floor(Date.now() / 1_000);
const columns = sampleColumns();

const results = new Map(Object.keys(contenders).map((name) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const [name, command] of Object.entries(contenders)) results.get(name).push(await runOnce(command));
}
console.log(
  `node ${process.version}; ${connections} connections, ${rows} rows a batch, window ${windowBatches}\n`,
);
console.log('| contender | rows/s | ratio to floor | bytes a row | ack p50 ms | ack p99 ms |');
console.log('|---|---:|---:|---:|---:|---:|');
const floor = median([...results.values()][0].map((one) => one.rate));
for (const [name, all] of results) {
  const of = (key) => median(all.map((one) => one[key]));
  const cells = [Math.round(of('rate')).toLocaleString('en'), (of('rate') / floor).toFixed(2)];
  cells.push(of('bytes').toFixed(1), of('p50').toFixed(1), of('p99').toFixed(1));
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}

async function runOnce(command) {
  const port = await freePort();
  const data = mkdtempSync(path.join(tmpdir(), 'holdfast-bench-'));
  const server = spawn(process.execPath, command(port, data), { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => server.kill('SIGKILL'));
  await once(server.stdout, 'data');
  const senders = await Promise.all(Array.from({ length: connections }, (_, index) => connect(port, index)));
  const began = process.hrtime.bigint();
  const runs = await Promise.all(senders.map((sender) => sender.run(seconds * 1_000)));
  const took = Number(process.hrtime.bigint() - began) / 1e9;
  server.kill('SIGKILL');
  await once(server, 'exit');
  rmSync(data, { recursive: true });
  const waits = runs.flatMap((run) => run.waits).toSorted((a, b) => a - b);
  const acked = runs.reduce((sum, run) => sum + run.acked, 0);
  const bytes = runs.reduce((sum, run) => sum + run.bytes, 0) / (acked * rows);
  const at = (share) => waits[Math.floor(share * (waits.length - 1))];
  return { rate: (acked * rows) / took, bytes, p50: at(0.5), p99: at(0.99) };
}

async function connect(port, index) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/agent`, 'holdfast.agent.v1', {
    perMessageDeflate: false,
  });
  await once(socket, 'open');
  const now = Date.now();
  const identity = {
    service: 'bench',
    instance: `bench-${index}`,
    epoch: `e${now}`,
    agentVersion: '0',
    tags: {},
  };
  socket.send(
    JSON.stringify({
      type: 'hello',
      protocol: 1,
      ...identity,
      first: 1,
      next: 1,
      desiredVersion: 0,
      startedAt: now,
      sentAt: now,
    }),
  );
  await once(socket, 'message');
  return { run: (forMs) => send(socket, forMs) };
}

/** Keeps the window full until the time is over, then waits for the rest. */
function send(socket, forMs) {
  const until = performance.now() + forMs;
  const sentAt = [];
  const waits = [];
  let acked = 0;
  let bytes = 0;
  const fill = () => {
    while (sentAt.length - acked < windowBatches && performance.now() < until) {
      const frame = batch(sentAt.length + 1);
      bytes += frame.length;
      sentAt.push(performance.now());
      socket.send(frame);
    }
  };
  return new Promise((resolve) => {
    socket.on('message', (text) => {
      const message = JSON.parse(text);
      if (message.type !== 'ack') return;
      for (; acked < message.stored; acked++) waits.push(performance.now() - sentAt[acked]);
      fill();
      if (acked === sentAt.length) resolve({ acked, waits, bytes });
    });
    fill();
  });
}

function batch(seq) {
  const dictionary = {
    from: 0,
    add: Array.from({ length: rows }, (_, row) => ({ kind: 'circuit_breaker', name: `breaker ${row}` })),
  };
  const rollups = { at: start + seq, ...columns };
  return JSON.stringify({
    type: 'batch',
    seq,
    sealedAt: Date.now(),
    ...(seq === 1 ? { dictionary } : {}),
    events: [],
    rollups,
  });
}

/** What 500 breakers of a service in a mild failure tell of a second. */
function sampleColumns() {
  const numbers = (of) => Array.from({ length: rows }, (_, row) => of(row));
  const counts = {
    success: numbers((row) => 10 + (row % 37)),
    failure: numbers((row) => (row % 10 === 0 ? 3 : 0)),
  };
  const latency = numbers((row) => [100 + (row % 60), 7, 120 + (row % 60), 3]);
  return { resource: numbers((row) => row), second: numbers(() => 0), counts, gauges: {}, latency };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
