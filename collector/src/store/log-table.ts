import type { AgentIdentity, LogEntry, LogFact } from '@holdfast/shared';
import { readAgentFrame } from '../frames/read-agent-frame.ts';
import { AuditChain } from './audit-chain.ts';
import {
  bytesIn,
  type Database,
  insertRows,
  inTransaction,
  numberIn,
  type Row,
  type SqlValue,
  textIn,
} from './database.ts';
import type { NewEntry } from './event-store.ts';
import { writeToken } from './token-table.ts';

/** Bytes of refused frames that are kept, oldest out first. */
const deadLetterBytes = 64 * 1_024 * 1_024;
/** What a row costs beside its body. */
const rowBytes = 64;
const pageRows = 200;

/** The log and the watermarks. The caller lets one piece of writing work at a time in. */
export class LogTable {
  readonly chain: AuditChain;
  private readonly writer: Database;
  private readonly reader: Database;
  /** Row ids by service, instance and epoch; those of the agents that have sent something lately. */
  private agentIds = new Map<string, number>();
  private lastId = 0;
  private deadBytes = 0;

  constructor(files: { readonly writer: Database; readonly reader: Database }) {
    this.writer = files.writer;
    this.reader = files.reader;
    this.chain = new AuditChain(files.writer);
  }

  async open(): Promise<void> {
    this.lastId = numberIn(await this.writer.get('SELECT coalesce(max(id), 0) AS id FROM log'), 'id');
    // A log whose entries have all expired must not give their ids again.
    const folded = await this.writer.get('SELECT coalesce(max(folded), 0) AS id FROM progress');
    this.lastId = Math.max(this.lastId, numberIn(folded, 'id'));
    this.deadBytes = await this.countDeadBytes();
    await this.chain.open();
  }

  async storedOf(agent: AgentIdentity): Promise<number> {
    const row = await this.reader.get(
      'SELECT stored FROM agents WHERE service = ? AND instance = ? AND epoch = ?',
      [agent.service, agent.instance, agent.epoch],
    );
    return row === undefined ? 0 : numberIn(row, 'stored');
  }

  async append(entries: readonly NewEntry[], meanwhile?: () => void): Promise<readonly number[]> {
    const first = this.lastId + 1;
    try {
      let last = '';
      const insert = async (): Promise<void> => void (last = await this.insert(entries, first));
      await inTransaction(this.writer, insert, { last: () => last, meanwhile });
    } catch (error) {
      this.agentIds = new Map(); // it may hold rows that were rolled back
      this.chain.settle(false);
      throw error;
    }
    this.chain.settle(true);
    this.lastId += entries.length;
    return entries.map((_entry, index) => first + index);
  }

  /** Forgets what it remembers of agents, whose rows may have expired. */
  forgetAgents(): void {
    this.agentIds = new Map();
  }

  async *readFrom(id: number): AsyncIterable<LogEntry> {
    const text =
      'SELECT log.id, at, type, body, service, instance, epoch FROM log' +
      ' LEFT JOIN agents ON agents.id = log.agent' +
      ` WHERE log.id > ? AND (log.agent IS NULL OR agents.id IS NOT NULL) ORDER BY log.id LIMIT ${pageRows}`;
    for (let last = id; ; ) {
      const rows = await this.reader.all(text, [last]);
      for (const row of rows) yield entryOf(row);
      if (rows.length < pageRows) return;
      last = numberIn(rows.at(-1), 'id');
    }
  }

  /** Returns the statement that is left to do. */
  private async insert(entries: readonly NewEntry[], first: number): Promise<string> {
    const rows: SqlValue[][] = [];
    const dead: SqlValue[][] = [];
    const watermarks = new Map<number, readonly [id: number, stored: number, at: number]>();
    for (const [index, { at, fact, frame, token }] of entries.entries()) {
      const id = first + index;
      const agent = agentOf(fact);
      const agentId = agent === undefined ? null : await this.idOf(agent, at);
      if (agentId !== null) {
        const stored = Math.max(watermarks.get(agentId)?.[1] ?? 0, watermarkOf(fact));
        watermarks.set(agentId, [agentId, stored, at]);
      }
      if (fact.type === 'control') await this.chain.add(id, at, fact);
      if (token !== undefined) await writeToken(this.writer, token);
      rows.push([id, at, fact.type, agentId, bodyOf(fact, frame)]);
      if (fact.type === 'refused' && frame !== undefined) dead.push([id, at, frame]);
    }
    if (dead.length > 0) await this.keepDead(dead);
    const into = { into: 'log (id, at, type, agent, body)', columns: 5, isInOne: true };
    await insertRows(this.writer, into, rows);
    return watermarks.size === 0 ? '' : raiseWatermarks([...watermarks.values()]);
  }

  private async idOf(agent: AgentIdentity, at: number): Promise<number> {
    const key = `${agent.service}\n${agent.instance}\n${agent.epoch}`;
    const known = this.agentIds.get(key);
    if (known !== undefined) return known;
    const values = [agent.service, agent.instance, agent.epoch];
    await this.writer.run(
      'INSERT OR IGNORE INTO agents (service, instance, epoch, stored, seen_at) VALUES (?, ?, ?, 0, ?)',
      [...values, at],
    );
    const row = await this.writer.get(
      'SELECT id FROM agents WHERE service = ? AND instance = ? AND epoch = ?',
      values,
    );
    const id = numberIn(row, 'id');
    this.agentIds.set(key, id);
    return id;
  }

  private async keepDead(rows: readonly (readonly SqlValue[])[]): Promise<void> {
    await insertRows(this.writer, { into: 'dead_letters (id, at, body)', columns: 3 }, rows);
    for (const [, , body] of rows) if (body instanceof Uint8Array) this.deadBytes += body.length + rowBytes;
    while (this.deadBytes > deadLetterBytes) {
      await this.writer.run(
        'DELETE FROM dead_letters WHERE id IN (SELECT id FROM dead_letters ORDER BY id LIMIT 64)',
      );
      this.deadBytes = await this.countDeadBytes();
    }
  }

  private async countDeadBytes(): Promise<number> {
    return numberIn(
      await this.writer.get(`SELECT coalesce(sum(length(body) + ${rowBytes}), 0) AS bytes FROM dead_letters`),
      'bytes',
    );
  }
}

/** One statement for all agents of a group, whose numbers stand in its text: it runs with the commit. */
function raiseWatermarks(news: readonly (readonly [id: number, stored: number, at: number])[]): string {
  return (
    'UPDATE agents SET stored = max(agents.stored, news.stored), seen_at = news.at FROM' +
    ' (SELECT value ->> 0 AS id, value ->> 1 AS stored, value ->> 2 AS at' +
    ` FROM json_each('${JSON.stringify(news)}')) AS news WHERE agents.id = news.id`
  );
}

function agentOf(fact: LogFact): AgentIdentity | undefined {
  switch (fact.type) {
    case 'connected':
      return fact.hello;
    case 'control':
      return undefined;
    case 'disconnected':
    case 'dictionary':
    case 'batch':
    case 'gap':
    case 'refused':
    case 'applied':
      return fact.agent;
  }
}

/**
 * The sequence number up to which nothing more is to be expected after this fact; 0 where it says nothing of
 * it.
 */
function watermarkOf(fact: LogFact): number {
  if (fact.type === 'batch') return fact.batch.seq;
  if (fact.type === 'gap') return fact.to;
  return fact.type === 'refused' ? fact.seq : 0;
}

function bodyOf(fact: LogFact, frame: Uint8Array | undefined): Uint8Array {
  if (fact.type === 'batch') return frame ?? Buffer.from(JSON.stringify(fact.batch));
  if (!('agent' in fact)) return Buffer.from(JSON.stringify(fact));
  const { agent: _agent, ...rest } = fact;
  return Buffer.from(JSON.stringify(rest));
}

function entryOf(row: Row): LogEntry {
  const bytes = bytesIn(row, 'body');
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return { id: numberIn(row, 'id'), at: numberIn(row, 'at'), ...factOf(row, body) };
}

function factOf(row: Row, body: Buffer): LogFact {
  const type = textIn(row, 'type');
  const json = (): unknown => JSON.parse(body.toString('utf8'));
  if (type === 'connected' || type === 'control') return json() as LogFact; // as `bodyOf` wrote it
  const agent = {
    service: textIn(row, 'service'),
    instance: textIn(row, 'instance'),
    epoch: textIn(row, 'epoch'),
  };
  if (type !== 'batch') return { ...(json() as object), agent } as LogFact; // as `bodyOf` wrote it
  const message = readAgentFrame(body);
  if (message.ok && message.value.type === 'batch') return { type, agent, batch: message.value };
  const why = message.ok ? `it is a ${message.value.type}` : message.problem;
  const problem = `the stored batch is no longer understood: ${why}`;
  return { type: 'refused', agent, seq: 0, problem };
}
