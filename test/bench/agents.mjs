// Many agents that each send a batch a second: the collector's share of a core, how long its
// acknowledgements take, what an agent costs it in memory and a rollup on the wire; beside a floor
// that checks, folds and keeps nothing but the frame. More than a minute, so that the folds are saved then.
// AGENTS (1000), ROWS a batch (50), SERVICES (20), SECONDS (70; the floor a fifth of it).
import { statSync } from 'node:fs';
import path from 'node:path';
import { connect, framesOf, main, setting, startServer, support } from './support/server.mjs';

const agentCount = setting('AGENTS', 1_000);
const rows = setting('ROWS', 50);
const services = setting('SERVICES', 20);
const seconds = setting('SECONDS', 70);
const warmUpMs = 5_000;
const connectsAtOnce = 50;
/** A collector lets in 500 a second. */
const connectPauseMs = 125;
const frame = framesOf(rows);

console.log(`node ${process.version}; ${agentCount} agents, ${rows} rows a second each, ${seconds} s\n`);
console.log(
  '| contender | rows/s | % of a core | ack p50 ms | ack p99 ms | ack max ms | bytes a row |' +
    ' heap KB a connection | heap KB an agent then | disk bytes a row |',
);
console.log('|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|');
const floor = (port, data) => [support('ingest-floor.mjs'), port, data];
await measure('floor: frame to disk, nothing read', seconds / 5, floor);
await measure('holdfast collector', seconds, (port, data) => [main, 'up', '--port', port, '--data', data]);

async function measure(name, forSeconds, command) {
  const server = await startServer(command, { inspect: true });
  const emptyBytes = await server.heapBytes();
  const agents = [];
  while (agents.length < agentCount) {
    const some = Array.from({ length: connectsAtOnce }, (_, index) => agents.length + index);
    agents.push(...(await Promise.all(some.map((number) => connectOne(server.port, number)))));
    await new Promise((resolve) => setTimeout(resolve, connectPauseMs));
  }
  const connectedBytes = await server.heapBytes();
  for (const agent of agents) agent.start();
  await new Promise((resolve) => setTimeout(resolve, warmUpMs));
  for (const agent of agents) agent.forget();
  const cpuBefore = server.cpuSeconds();
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, forSeconds * 1_000));
  const took = (performance.now() - began) / 1_000;
  const cpu = server.cpuSeconds() - cpuBefore;
  for (const agent of agents) agent.stop();
  const waits = agents.flatMap((agent) => agent.waits).toSorted((a, b) => a - b);
  const fullBytes = await server.heapBytes();
  const at = (share) => waits[Math.floor(share * (waits.length - 1))].toFixed(1);
  const kilobytes = (bytes) => (bytes / agentCount / 1_024).toFixed(1);
  const cells = [
    Math.round((waits.length * rows) / took).toLocaleString('en'),
    ((cpu / took) * 100).toFixed(0),
  ];
  cells.push(at(0.5), at(0.99), at(1), (frame(1_000, 1_700_000_000).length / rows).toFixed(1));
  cells.push(kilobytes(connectedBytes - emptyBytes), kilobytes(fullBytes - emptyBytes));
  cells.push((diskBytes(server.data) / agents.reduce((sum, { sent }) => sum + sent * rows, 0)).toFixed(1));
  console.log(`| ${name} | ${cells.join(' | ')} |`);
  await server.stop();
}

async function connectOne(port, number) {
  const service = `service-${number % services}`;
  const socket = await connect(port, { service, instance: `${service}-${number}` });
  const sentAt = [];
  let stored = 0;
  let timer;
  const agent = {
    waits: [],
    sent: 0,
    start() {
      timer = setTimeout(() => {
        this.send();
        timer = setInterval(() => this.send(), 1_000);
      }, Math.random() * 1_000);
    },
    send() {
      this.sent++;
      sentAt[this.sent] = performance.now();
      socket.send(frame(this.sent, Math.floor((Date.now() - 500) / 1_000))); // as agents do
    },
    forget() {
      this.waits = [];
    },
    stop() {
      clearTimeout(timer);
      clearInterval(timer);
    },
  };
  socket.on('message', (text) => {
    const message = JSON.parse(text);
    if (message.type !== 'ack') return;
    for (; stored < message.stored; stored++) agent.waits.push(performance.now() - sentAt[stored + 1]);
  });
  return agent;
}

/** The database and what waits to be folded into it; the reserve is no data. */
function diskBytes(data) {
  return ['holdfast.db', 'holdfast.db-wal', 'floor.db', 'floor.db-wal'].reduce(
    (sum, name) => sum + (statSync(path.join(data, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
