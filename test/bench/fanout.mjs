// What the live feed costs: SERIES (1,000) breakers of one agent change ten times a second, all of them or
// 5 %, and READERS (100) hear of it. Of the built collector the cost is that of its process with the
// readers, less that without; the floors are processes that do nothing else. ROUNDS (3), SECONDS a round (4).
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { median } from './measure.mjs';
import { connect, main, setting, startServer, support } from './support/server.mjs';

process.setMaxListeners(0);
const rounds = setting('ROUNDS', 3);
const seconds = setting('SECONDS', 4);
const series = setting('SERIES', 1_000);
const readers = setting('READERS', 100);
const hertz = 10;

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
  const of = [how, series, changed, hertz].map(String);
  const server = await startServer((port) => [support('fanout-floor.mjs'), port, ...of]);
  const heard = await withReaders(`ws://127.0.0.1:${server.port}`, () => shareOf(server));
  await server.stop();
  return atFullRate(heard);
}

async function collector(changed) {
  const server = await startServer((port, data) => [main, 'up', '--port', port, '--data', data]);
  const stop = await feed(server.port, changed);
  await wait(1_500);
  const alone = await shareOf(server);
  const url = `ws://127.0.0.1:${server.port}/api/v1/live`;
  const heard = await withReaders(url, () => shareOf(server));
  stop();
  await server.stop();
  return atFullRate({ ...heard, share: heard.share - alone });
}

/** What falls short of the ten messages a second, on a machine that does other things too, is made up for. */
function atFullRate(heard) {
  return { ...heard, share: (heard.share * hertz) / heard.rate };
}

/** The share of a core that a measured stretch took, and what a reader heard in it. */
async function withReaders(url, measure) {
  const child = fork(support('fanout-readers.mjs'), [url, String(readers)]);
  process.once('exit', () => child.kill('SIGKILL'));
  await once(child, 'message');
  await wait(1_000); // the snapshots
  await answerOf(child);
  const share = await measure();
  const { messages, bytes } = await answerOf(child);
  child.kill('SIGKILL');
  await once(child, 'exit');
  return { share, rate: messages / readers / seconds, size: bytes / messages };
}

async function answerOf(child) {
  const answer = once(child, 'message');
  child.send('count');
  const [counted] = await answer;
  return counted;
}

async function shareOf(server) {
  const before = server.cpuSeconds();
  await wait(seconds * 1_000);
  return (server.cpuSeconds() - before) / seconds;
}

/** An agent whose breakers change at every tick, an event with it, which the feed does not let wait. */
async function feed(port, changed) {
  const socket = await connect(port, { service: 'bench', instance: 'bench-1' });
  const now = Date.now();
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
