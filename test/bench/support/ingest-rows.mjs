// The peers of ingest.mjs: the usual good build. A JSON object a rollup, checked field by field, a hundred to
// a statement, a transaction a frame, synchronous=FULL. The third argument says who checks: `zod`, or `hand`,
// which is quicker and seldom done.
import path from 'node:path';
import sqlite3 from 'sqlite3';
import { WebSocketServer } from 'ws';
import { z } from 'zod';

const rowsPerStatement = 100;
const [, , port, data, checker] = process.argv;
const database = new sqlite3.Database(path.join(data, 'rows.db'));
const run = (target, ...rest) =>
  new Promise((resolve, reject) => target(...rest, (error) => (error ? reject(error) : resolve())));
await run(
  database.exec.bind(database),
  'PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;' +
    'CREATE TABLE rollups (at INTEGER, service TEXT, instance TEXT, name TEXT, success INTEGER,' +
    ' failure INTEGER, timeout INTEGER, rejected INTEGER, p50 REAL, p99 REAL)',
);
const columns = 'at service instance name success failure timeout rejected p50 p99'.split(' ');
const values = Array.from({ length: rowsPerStatement }, () => '(?,?,?,?,?,?,?,?,?,?)').join();
const insert = database.prepare(`INSERT INTO rollups VALUES ${values}`);

const text = z.string().max(128);
const count = z.number().int().nonnegative();
const duration = z.number().nonnegative();
const schema = z.array(
  z.object({
    at: count,
    service: text,
    instance: text,
    name: text,
    success: count,
    failure: count,
    timeout: count,
    rejected: count,
    p50: duration,
    p99: duration,
  }),
);

/** @param {unknown} rows */
function checked(rows) {
  if (checker === 'zod') return schema.parse(rows);
  if (!Array.isArray(rows) || !rows.every(isRow)) throw new Error('a frame that does not fit');
  return rows;
}

/** @param {any} row */
function isRow(row) {
  const isText = (text) => typeof text === 'string' && text.length <= 128;
  const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
  return (
    typeof row === 'object' &&
    row !== null &&
    isCount(row.at) &&
    [row.service, row.instance, row.name].every(isText) &&
    [row.success, row.failure, row.timeout, row.rejected].every(isCount) &&
    [row.p50, row.p99].every((value) => typeof value === 'number' && value >= 0)
  );
}

async function store(rows) {
  await run(database.exec.bind(database), 'BEGIN');
  for (let from = 0; from < rows.length; from += rowsPerStatement) {
    const some = rows.slice(from, from + rowsPerStatement);
    const flat = some.flatMap((row) => columns.map((column) => row[column]));
    await run(insert.run.bind(insert), flat);
  }
  await run(database.exec.bind(database), 'COMMIT');
}

let tail = Promise.resolve();
const server = new WebSocketServer({ port: Number(port), host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (socket) => {
  let seq = -1;
  socket.on('message', (/** @type {Buffer} */ frame) => {
    seq += 1;
    if (seq === 0) return socket.send('{"type":"welcome"}');
    const stored = seq;
    const rows = checked(JSON.parse(frame.toString('utf8')));
    tail = tail.then(() => store(rows)).then(() => socket.send(`{"type":"ack","stored":${stored}}`));
  });
});
server.on('listening', () => console.log('ready'));
