// What the benchmarks of the collector share: a process that is measured, and agents that speak with it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';

const here = path.dirname(fileURLToPath(import.meta.url));

/** The built command line. */
export const main = path.join(here, '../../../cli/dist/main.js');
/** A script of this folder. */
export const support = (name) => path.join(here, name);

/**
 * Starts a server and waits for its first line.
 * @param {(port: string, data: string) => readonly string[]} command what node runs
 * @param {{ inspect?: boolean }} [options] `inspect`: `heapBytes` will be asked for
 */
export async function startServer(command, { inspect = false } = {}) {
  const port = await freePort();
  const data = mkdtempSync(path.join(tmpdir(), 'holdfast-bench-'));
  const args = [...(inspect ? ['--inspect=127.0.0.1:0'] : []), ...command(`${port}`, data)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const said = inspect ? await once(child.stderr, 'data') : [];
  const inspector = /ws:\/\/\S+/.exec(`${said[0]}`)?.[0];
  await once(child.stdout, 'data');
  child.stdout.resume();
  child.stderr.resume();
  return {
    port,
    data,
    cpuSeconds: () => cpuSecondsOf(child.pid),
    heapBytes: () => heapBytesOf(inspector),
    /** Ends it as a person would, with all that it saves then. */
    async end() {
      child.kill('SIGTERM');
      await once(child, 'exit');
      process.off('exit', kill);
      rmSync(data, { recursive: true });
    },
    async stop() {
      kill();
      await once(child, 'exit');
      process.off('exit', kill);
      rmSync(data, { recursive: true });
    },
  };
}

/** What a process has computed so far, all its threads; not a number where the system does not tell. */
function cpuSecondsOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100; // in ticks of 10 ms
  } catch {
    return Number.NaN;
  }
}

/** What JavaScript holds after a garbage collection, asked through the inspector. */
async function heapBytesOf(inspector) {
  const socket = new WebSocket(inspector);
  await once(socket, 'open');
  const ask = async (id, method) => {
    socket.send(JSON.stringify({ id, method }));
    for (;;) {
      const [text] = await once(socket, 'message');
      const answer = JSON.parse(text);
      if (answer.id === id) return answer.result;
    }
  };
  await ask(1, 'HeapProfiler.collectGarbage');
  const { usedSize } = await ask(2, 'Runtime.getHeapUsage');
  socket.close();
  return usedSize;
}

/** Opens an agent's connection and greets. Resolves with the socket once it is welcome. */
export async function connect(port, { service, instance }) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/agent`, 'holdfast.agent.v1', {
    perMessageDeflate: false,
  });
  await once(socket, 'open');
  const now = Date.now();
  const hello = {
    type: 'hello',
    protocol: 1,
    service,
    instance,
    epoch: `e${now}`,
    agentVersion: '0',
    tags: {},
  };
  socket.send(
    JSON.stringify({ ...hello, first: 1, next: 1, desiredVersion: 0, startedAt: now, sentAt: now }),
  );
  await once(socket, 'message');
  return socket;
}

/**
 * The frames of an agent: a row for each of its breakers and second, in a mild failure; `at` is the first
 * second.
 * @param {number} breakers
 * @param {number} [seconds]
 */
export function framesOf(breakers, seconds = 1) {
  const rows = breakers * seconds;
  const numbers = (of) =>
    Array.from({ length: rows }, (_, row) => of(row % breakers, Math.floor(row / breakers)));
  const counts = {
    success: numbers((breaker, second) => 10 + ((breaker + second) % 37)),
    failure: numbers((breaker) => (breaker % 10 === 0 ? 3 : 0)),
  };
  const latency = numbers((breaker) => [100 + (breaker % 60), 7, 120 + (breaker % 60), 3]);
  const place = { resource: numbers((breaker) => breaker), second: numbers((_, second) => second) };
  const add = Array.from({ length: breakers }, (_, breaker) => ({
    kind: 'circuit_breaker',
    name: `breaker ${breaker}`,
  }));
  const rest = JSON.stringify({ ...place, counts, gauges: {}, latency }).slice(1);
  return (seq, at) => {
    const dictionary = seq === 1 ? `"dictionary":${JSON.stringify({ from: 0, add })},` : '';
    const head = `{"type":"batch","seq":${seq},"sealedAt":${at * 1_000},${dictionary}"events":[]`;
    return `${head},"rollups":{"at":${at},${rest}}`;
  };
}

/** The same rows as a peer gets them, an object each. */
export function rowFrameOf(rows) {
  const at = Math.floor(Date.now() / 1_000);
  const one = (row) => ({
    at,
    service: 'bench',
    instance: 'bench-1',
    name: `breaker ${row}`,
    success: 10 + (row % 37),
    failure: row % 10 === 0 ? 3 : 0,
    timeout: 0,
    rejected: 0,
    p50: 12.5,
    p99: 88.25,
  });
  return JSON.stringify(Array.from({ length: rows }, (_, row) => one(row)));
}

/** @param {string} name @param {number} usual */
export const setting = (name, usual) => Number(process.env[name] ?? usual);

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
