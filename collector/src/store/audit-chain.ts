import type { AuditAction, AuditEntry, AuditFork, AuditVerification, ControlFact } from '@holdfast/shared';
import { createHash } from 'node:crypto';
import { bytesIn, type Database, numberIn, type Row, textIn } from './database.ts';

/** The newest row of the audit list, with the hash that stands for it and all before it. */
export interface ChainHead {
  readonly id: number;
  readonly hash: Uint8Array;
}

/**
 * The audit list as a chain: the hash of each row is made of the row and the hash before it, so that a row
 * that is altered, removed or moved breaks it from there on.
 */
export class AuditChain {
  private readonly writer: Database;
  /** After the last commit; kept in memory, so that rows cut off the end of the file are missed. */
  private committed: ChainHead = beginning;
  private next: ChainHead = beginning;

  constructor(writer: Database) {
    this.writer = writer;
  }

  async open(): Promise<void> {
    const newest = await this.writer.get(
      'SELECT id, hash FROM audit WHERE hash IS NOT NULL ORDER BY id DESC LIMIT 1',
    );
    const row = newest ?? (await this.writer.get(anchorText));
    this.committed = row === undefined ? beginning : headIn(row);
    this.next = this.committed;
  }

  /** `ID:HASH` of the newest row that is durable; `undefined` while there is none. */
  get head(): string | undefined {
    return this.committed.id === 0 ? undefined : textOf(this.committed);
  }

  /**
   * How a head that somebody kept stands to the rows: `told` where it does not fit and a row of
   * `audit.forked` tells of it already.
   */
  async place(reader: Database, head: ChainHead): Promise<'fits' | 'forked' | 'told'> {
    if (isSame(head, this.committed)) return 'fits';
    const row = await reader.get('SELECT id, hash FROM audit WHERE id = ? AND hash IS NOT NULL', [head.id]);
    if (row !== undefined && isSame(head, headIn(row))) return 'fits';
    const anchor = await reader.get(anchorText);
    if (anchor !== undefined && isBehind(head, headIn(anchor))) return 'fits';
    return (await reader.get(toldText, [forkAction, textOf(head)])) === undefined ? 'forked' : 'told';
  }

  /** Writes a row within a transaction of the log. */
  async add(id: number, at: number, fact: ControlFact): Promise<void> {
    const { type: _type, flag: _flag, breaker: _breaker, ...act } = fact;
    const body = JSON.stringify({ id, at, ...act });
    const hash = hashAfter(this.next.hash, { id, at, body });
    const values = [id, at, body, hash];
    await this.writer.run('INSERT INTO audit (id, at, body, hash) VALUES (?, ?, ?, ?)', values);
    this.next = { id, hash };
  }

  /** The transaction is durable, or never happened. */
  settle(isDurable: boolean): void {
    if (isDurable) this.committed = this.next;
    else this.next = this.committed;
  }

  /** Reads the whole chain. `known` is a head that somebody kept: the chain must still lead through it. */
  async verify(reader: Database, known?: ChainHead): Promise<AuditVerification> {
    const upTo = this.committed;
    const anchor = await reader.get(anchorText);
    let before = anchor === undefined ? beginning : headIn(anchor);
    let rowCount = 0;
    let hasMet = known === undefined || isSame(known, before);
    const forks: AuditFork[] = [];
    const result = (brokenAt?: number, problem?: string): AuditVerification => ({
      rowCount,
      head: textOf(before),
      ...(forks.length === 0 ? {} : { forks }),
      ...(brokenAt === undefined ? {} : { brokenAt }),
      ...(problem === undefined ? {} : { problem }),
    });
    for (let from = before.id; ; ) {
      const rows = await reader.all(pageText, [from]);
      for (const row of rows) {
        const { id, problem } = checked(row, before.hash);
        if (problem !== undefined) return result(id, problem);
        before = headIn(row);
        rowCount += 1;
        if (before.id > (known?.id ?? 0)) forks.push(...forkIn(row));
        hasMet ||= known !== undefined && isSame(known, before);
      }
      if (rows.length < pageRows) break;
      from = before.id;
    }
    if (!isSame(before, upTo)) return result(upTo.id, 'the newest rows are gone');
    if (!hasMet && known !== undefined && known.id > before.id)
      return result(known.id, 'the row of the given head is gone');
    return hasMet || known === undefined
      ? result()
      : result(known.id, 'the chain does not lead through the given head');
  }
}

/** `ID:HASH`, as a head is told to people; `undefined` where a text is none. */
export function readHead(text: string): ChainHead | undefined {
  const [, id, hash = ''] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  return id === undefined ? undefined : { id: Number(id), hash: Buffer.from(hash, 'hex') };
}

/**
 * Removes the rows before a moment from the start of the chain, and keeps the hash that the rest hangs on.
 * Call it within a transaction.
 */
export async function cutChain(writer: Database, before: number): Promise<void> {
  const kept = await writer.get('SELECT min(id) AS id FROM audit WHERE at >= ?', [before]);
  const end = typeof kept?.['id'] === 'number' ? kept['id'] : Number.MAX_SAFE_INTEGER;
  const last = await writer.get(
    'SELECT id, hash FROM audit WHERE id < ? AND hash IS NOT NULL ORDER BY id DESC LIMIT 1',
    [end],
  );
  if (last !== undefined) {
    const { id, hash } = headIn(last);
    await writer.run('INSERT OR REPLACE INTO audit_anchor (one, id, hash) VALUES (1, ?, ?)', [id, hash]);
  }
  await writer.run('DELETE FROM audit WHERE id < ?', [end]);
}

const beginning: ChainHead = { id: 0, hash: new Uint8Array(32) };
const pageRows = 500;
const forkAction: AuditAction = 'audit.forked';
const toldText = "SELECT 1 FROM audit WHERE body ->> '$.action' = ? AND body ->> '$.from' = ? LIMIT 1";
const anchorText = 'SELECT id, hash FROM audit_anchor';
/** Rows of before there was a chain stand before its first. */
const pageText =
  'SELECT id, at, body, hash FROM audit WHERE id > ?' +
  ' AND id >= (SELECT min(id) FROM audit WHERE hash IS NOT NULL)' +
  ` ORDER BY id LIMIT ${pageRows}`;

interface Link {
  readonly id: number;
  readonly at: number;
  readonly body: string;
}

function hashAfter(before: Uint8Array, { id, at, body }: Link): Buffer {
  return createHash('sha256').update(before).update(`${id} ${at} ${body}`).digest();
}

function checked(row: Row, before: Uint8Array): { readonly id: number; readonly problem?: string } {
  const link = { id: numberIn(row, 'id'), at: numberIn(row, 'at'), body: textIn(row, 'body') };
  const { hash } = row;
  if (!(hash instanceof Uint8Array)) return { id: link.id, problem: 'it has no hash' };
  const isRight = hashAfter(before, link).equals(hash);
  return isRight ? { id: link.id } : { id: link.id, problem: 'it, or what stood before it, was altered' };
}

function headIn(row: Row): ChainHead {
  return { id: numberIn(row, 'id'), hash: bytesIn(row, 'hash') };
}

/** Of rows that went with their time nothing can be said but of the last. */
function isBehind(head: ChainHead, anchor: ChainHead): boolean {
  return head.id < anchor.id || isSame(head, anchor);
}

function forkIn(row: Row): readonly AuditFork[] {
  const body = textIn(row, 'body');
  if (!body.includes(forkAction)) return []; // few are, and to parse all takes longer than to hash them
  const { id, at, action, target, from } = JSON.parse(body) as AuditEntry; // as `add` wrote it
  return action === forkAction && typeof from === 'string' ? [{ id, at, agent: target, head: from }] : [];
}

function isSame(a: ChainHead, b: ChainHead): boolean {
  return a.id === b.id && Buffer.compare(a.hash, b.hash) === 0;
}

function textOf({ id, hash }: ChainHead): string {
  return `${id}:${Buffer.from(hash).toString('hex')}`;
}
