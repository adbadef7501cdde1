// What the live feed costs: SERIES (1,000) breakers of one agent change ten times a second, all of them or
// 5 %, and READERS (100) hear of it. Of the built collector the cost is that of its process with the
// readers, less that without; the floors are processes that do nothing else. ROUNDS (3), SECONDS a round (4).
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { median } from './measure.mjs';

const setting = (name, usual) => Number(process.env[name] ?? usual);
process.setMaxListeners(0);
const rounds = setting('ROUNDS', 3);
const seconds = setting('SECONDS', 4);
const series = setting('SERIES', 1_000);
const readers = setting('READERS', 100);
const hertz = 10;
const here = path.dirname(fileURLToPath(import.meta.url));
const main = path.join(here, '../../cli/dist/main.js');
const ticksPerSecond = 100; // of /proc/PID/stat, on every Linux

console.log(`node ${process.version}; ${series} series, ${readers} readers, ${hertz} Hz, ${rounds} rounds\n`);
for (const changed of [series, Math.round(series / 20)]) {
  const contenders = {
    'stringify for each client': () => floor('stringify', changed),
    'by hand: columns once, framed once': () => floor('columns', changed),
    'holdfast collector': () => collector(changed),
  };
  const results = new Map(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(contenders)) results.get(name).push(await run());
  }
  print(changed, results);
}

function print(changed, results) {
  console.log(`${changed} of ${series} change at each tick\n`);
  console.log('| contender | % of a core | to stringify | messages a reader and second | KB a message |');
  console.log('|---|---:|---:|---:|---:|');
  const stringify = median([...results.values()][0].map((one) => one.share));
  for (const [name, all] of results) {
    const of = (key) => median(all.map((one) => one[key]));
    const cells = [(of('share') * 100).toFixed(1), `1/${(stringify / of('share')).toFixed(1)}`];
    cells.push(of('rate').toFixed(1), (of('size') / 1_000).toFixed(1));
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
  console.log();
}

async function floor(how, changed) {
  const port = await freePort();
  const script = path.join(here, 'support/fanout-floor.mjs');
  const server = await started([script, port, how, series, changed, hertz].map(String));
  const heard = await withReaders(`ws://127.0.0.1:${port}`, () => shareOf(server.pid));
  await ended(server);
  return atFullRate(heard);
}

async function collector(changed) {
  const port = await freePort();
  const data = mkdtempSync(path.join(tmpdir(), 'holdfast-bench-'));
  const server = await started([main, 'up', '--port', `${port}`, '--data', data]);
  const stop = await feed(port, changed);
  await wait(1_500);
  const alone = await shareOf(server.pid);
  const url = `ws://127.0.0.1:${port}/api/v1/live`;
  const heard = await withReaders(url, () => shareOf(server.pid));
  stop();
  await ended(server);
  rmSync(data, { recursive: true });
  return atFullRate({ ...heard, share: heard.share - alone });
}

/** What falls short of the ten messages a second, on a machine that does other things too, is made up for. */
function atFullRate(heard) {
  return { ...heard, share: (heard.share * hertz) / heard.rate };
}

/** The share of a core that a measured stretch took, and what a reader heard in it. */
async function withReaders(url, measure) {
  const child = fork(path.join(here, 'support/fanout-readers.mjs'), [url, String(readers)]);
  process.once('exit', () => child.kill('SIGKILL'));
  await once(child, 'message');
  await wait(1_000); // the snapshots
  await answerOf(child);
  const share = await measure();
  const { messages, bytes } = await answerOf(child);
  await ended(child);
  return { share, rate: messages / readers / seconds, size: bytes / messages };
}

async function answerOf(child) {
  const answer = once(child, 'message');
  child.send('count');
  const [counted] = await answer;
  return counted;
}

async function shareOf(pid) {
  const before = ticksOf(pid);
  await wait(seconds * 1_000);
  return (ticksOf(pid) - before) / ticksPerSecond / seconds;
}

/** User and system time, of all threads. */
function ticksOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** An agent whose breakers change at every tick, an event with it, which the feed does not let wait. */
async function feed(port, changed) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/agent`, 'holdfast.agent.v1');
  await once(socket, 'open');
  const now = Date.now();
  const identity = { service: 'bench', instance: 'bench-1', epoch: `e${now}`, agentVersion: '0', tags: {} };
  const place = { first: 1, next: 1, desiredVersion: 0, startedAt: now, sentAt: now };
  socket.send(JSON.stringify({ type: 'hello', protocol: 1, ...identity, ...place }));
  await once(socket, 'message');
  const add = Array.from({ length: series }, (_, row) => ({
    kind: 'circuit_breaker',
    name: `breaker ${row}`,
  }));
  let seq = 1;
  let from = 0;
  socket.send(
    JSON.stringify({ type: 'batch', seq, sealedAt: now, dictionary: { from: 0, add }, events: [] }),
  );
  const timer = setInterval(() => {
    const rows = Array.from({ length: changed }, (_, index) => (from + index) % series);
    from = (from + changed) % series;
    seq++;
    const events = [{ kind: 'config.changed', at: Date.now(), changes: ['nothing'] }];
    const second = Math.floor(Date.now() / 1_000) - 1;
    socket.send(
      JSON.stringify({ type: 'batch', seq, sealedAt: Date.now(), events, rollups: rollups(rows, second) }),
    );
  }, 1_000 / hertz);
  return () => {
    clearInterval(timer);
    socket.terminate();
  };
}

function rollups(rows, at) {
  const counts = { success: rows.map((row) => 10 + (row % 37)), failure: rows.map((row) => row % 3) };
  const latency = rows.map((row) => [100 + (row % 60), 7, 120 + (row % 60), 3]);
  return { at, resource: rows, second: rows.map(() => 0), counts, gauges: {}, latency };
}

async function started(command) {
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

async function ended(child) {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
