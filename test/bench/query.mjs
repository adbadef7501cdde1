// Ten million stored points, then a cold process that is asked what screens ask, each question first cold and
// then again; what a point takes on the disk; how long an acknowledgement waits while what is old is removed;
// how fast the log is folded anew.
// AGENTS (24), ROWS a second each (50), POINTS (10000000), ROUNDS of warm questions (20),
// PARTS (ask,expire,rebuild).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sqlite3 from 'sqlite3';
import { median } from './measure.mjs';
import { connect, framesOf, main, setting, startServer } from './support/server.mjs';

const agentCount = setting('AGENTS', 24);
const rows = setting('ROWS', 50);
const points = setting('POINTS', 10_000_000);
const rounds = setting('ROUNDS', 20);
const parts = (process.env.PARTS ?? 'ask,expire,rebuild').split(',');
const secondsABatch = 10;
const windowBatches = 8;
const batches = Math.ceil(points / agentCount / rows / secondsABatch);
const until = Math.floor(Date.now() / 1_000);
const frame = framesOf(rows, secondsABatch);

const data = mkdtempSync(path.join(tmpdir(), 'holdfast-bench-'));
process.once('exit', () => rmSync(data, { recursive: true, force: true }));
const command = (port) => [main, 'up', '--port', port, '--data', data];

await fill();
await tellSizes();
if (parts.includes('ask')) await ask();
if (parts.includes('expire')) await expire();
if (parts.includes('rebuild')) await rebuild();

/** Every agent sends its seconds, the last of which is now, as fast as they are acknowledged. */
async function fill() {
  const server = await startServer(command);
  const began = performance.now();
  await Promise.all(Array.from({ length: agentCount }, (_, number) => fillOne(server.port, number)));
  const took = (performance.now() - began) / 1_000;
  await server.end();
  const stored = agentCount * rows * secondsABatch * batches;
  console.log(
    `node ${process.version}; ${stored.toLocaleString('en')} points of ${agentCount * rows} series`,
  );
  console.log(`stored in ${took.toFixed(0)} s`);
}

async function fillOne(port, number) {
  const service = `service-${number % 6}`;
  const socket = await connect(port, { service, instance: `${service}-${number}` });
  let sent = 0;
  await new Promise((resolve) => {
    const send = (stored) => {
      while (sent < batches && sent - stored < windowBatches) {
        sent++;
        socket.send(frame(sent, until - (batches - sent + 1) * secondsABatch));
      }
      if (stored === batches) resolve(undefined);
    };
    socket.on('message', (text) => {
      const message = JSON.parse(text);
      if (message.type === 'ack') send(message.stored);
    });
    send(0);
  });
  socket.close();
}

async function tellSizes() {
  const database = new sqlite3.Database(path.join(data, 'holdfast.db'));
  const get = (sql) =>
    new Promise((resolve, reject) =>
      database.get(sql, (error, row) => (error ? reject(error) : resolve(row))),
    );
  const stored = agentCount * rows * secondsABatch * batches;
  const tell = (what, bytes) => console.log(`  ${what.padEnd(44)} ${(bytes / stored).toFixed(2)} B a point`);
  console.log('\non the disk');
  for (const table of ['log', 'seconds', 'minutes', 'hours']) {
    const { bytes, count } = await get(`SELECT sum(length(body)) AS bytes, count(*) AS count FROM ${table}`);
    tell(`${table}: bodies in ${count.toLocaleString('en')} rows`, bytes);
  }
  tell('the whole file, with indices', statSync(path.join(data, 'holdfast.db')).size);
  await new Promise((resolve) => database.close(resolve));
}

async function ask() {
  const began = performance.now();
  const server = await startServer(command);
  const url = `http://127.0.0.1:${server.port}/api/v1/`;
  while (
    !(await fetch(`${url}status`).then(
      (answer) => answer.ok,
      () => false,
    ))
  )
    await tick();
  console.log(`\nthe cold process answers after ${((performance.now() - began) / 1_000).toFixed(1)} s\n`);
  const resource = 'resources/service-1/circuit_breaker/breaker%207';
  const series = (minutes) =>
    `${resource}/series?since=${(until - minutes * 60) * 1_000}&until=${until * 1_000}`;
  const questions = {
    'floor: a question about nothing': '../../healthz',
    'present state: status': 'status',
    'present state of a resource': resource,
    'chart of a series, 15 minutes': series(15),
    'chart of a series, an hour': series(60),
    'chart of a series, a day': series(1_440),
    'list: services': 'services',
    'list: resources, worst 100': 'resources?limit=100',
    'list: resources, all': 'resources',
    'list: errors': 'errors',
    'list: health': 'health',
    'list: flags': 'flags',
    'list: agents': 'agents',
    'list: events': 'events?limit=100',
    'list: audit': 'audit?limit=100',
    topology: 'topology',
  };
  console.log('| question | first ms | median ms | KB |');
  console.log('|---|---:|---:|---:|');
  for (const [name, question] of Object.entries(questions)) {
    const times = [];
    let length = 0;
    for (let round = 0; round <= rounds; round++) {
      const asked = performance.now();
      const answer = await fetch(url + question);
      length = (await answer.arrayBuffer()).byteLength;
      if (!answer.ok) throw new Error(`${question}: ${answer.status}`);
      times.push(performance.now() - asked);
    }
    const [first, ...more] = times;
    console.log(
      `| ${name} | ${first.toFixed(1)} | ${median(more).toFixed(1)} | ${(length / 1_024).toFixed(0)} |`,
    );
  }
  await server.end();
}

/** An agent sends a batch every 50 ms, before and while all but the last hour of seconds is removed. */
async function expire() {
  const server = await startServer((port) => [...command(port), '--keep-seconds', '1h', '--keep', '1h']);
  const socket = await connect(server.port, { service: 'probe', instance: 'probe-1' });
  const removalMs = 60_000; // after the start
  const sentAt = [];
  const waits = { before: [], 'while it is removed': [] };
  let stored = 0;
  socket.on('message', (text) => {
    const message = JSON.parse(text);
    if (message.type !== 'ack') return;
    for (; stored < message.stored; stored++) {
      const at = sentAt[stored];
      waits[at - sentAt[0] < removalMs - 5_000 ? 'before' : 'while it is removed'].push(
        performance.now() - at,
      );
    }
  });
  for (const until = performance.now() + removalMs + 20_000; performance.now() < until; ) {
    sentAt.push(performance.now());
    socket.send(frame(sentAt.length, Math.floor(Date.now() / 1_000) - secondsABatch));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  socket.close();
  await server.end();
  console.log('\n| acknowledgements | p50 ms | p99 ms | longest ms |\n|---|---:|---:|---:|');
  for (const [when, all] of Object.entries(waits)) {
    const sorted = all.toSorted((a, b) => a - b);
    const at = (share) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1);
    console.log(`| ${when} | ${at(0.5)} | ${at(0.99)} | ${at(1)} |`);
  }
}

async function rebuild() {
  const began = performance.now();
  const child = spawn(process.execPath, [main, 'admin', 'rebuild', '--data', data], { stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`rebuild ended with ${code}`);
  const took = (performance.now() - began) / 1_000;
  const rate = Math.round((agentCount * rows * secondsABatch * batches) / took);
  console.log(`\nholdfast admin rebuild: ${took.toFixed(1)} s, ${rate.toLocaleString('en')} points a second`);
}

const tick = () => new Promise((resolve) => setTimeout(resolve, 10));
