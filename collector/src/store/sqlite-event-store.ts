import type { Clock } from '@holdfast/shared';
import path from 'node:path';
import type { Log } from '../log.ts';
import { systemClock } from '../time/system-clock.ts';
import { Checkpointer } from './checkpointer.ts';
import { type DatabaseDriver, Queue } from './database.ts';
import { DerivedTables } from './derived-tables.ts';
import { chooseDriver } from './drivers/choose-driver.ts';
import type { EventStore } from './event-store.ts';
import { LogTable } from './log-table.ts';
import { databaseName, openFiles } from './open-files.ts';
import { compactHours } from './hours.ts';
import { expire, usedBytes } from './retention.ts';
import { SnapshotTable } from './snapshot-table.ts';
import { SpaceGuard } from './space-guard.ts';
import { tokenStore } from './token-table.ts';

export interface StoreOptions {
  readonly clock?: Clock;
  /** Told of a disk that is full, and of its end. */
  readonly log?: Log;
}

/** About what a slice writes into the write-ahead log, with its share of pages of indices. */
const sliceBytes = 1_024;

/** Opens the store of a data folder, with the driver that is there. Throws a `CollectorError`. */
export async function openSqliteStore(
  folder: string,
  driver?: DatabaseDriver,
  { clock = systemClock, log: say = () => {} }: StoreOptions = {},
): Promise<EventStore> {
  const chosen = driver ?? (await chooseDriver());
  const files = await openFiles(folder, chosen);
  const checkpointer = await Checkpointer.open(path.join(folder, databaseName), chosen, say);
  const log = new LogTable(files);
  const snapshots = new SnapshotTable(files);
  const derived = new DerivedTables({ ...files, snapshots });
  const queue = new Queue();
  const guard = new SpaceGuard({ folder, writer: files.writer, queue, clock, log: say });
  const forget = (): void => (log.forgetAgents(), derived.forgetResources());
  await log.open();
  await guard.open();
  return {
    get problem() {
      return guard.problem;
    },
    onFull: (listener) => (guard.onFull = listener),
    tokens: tokenStore(files.writer, queue),
    storedOf: (agent) => log.storedOf(agent),
    async append(entries, meanwhile) {
      const ids = await guard.run(() => log.append(entries, meanwhile));
      checkpointer.note(entries.reduce((bytes, { frame }) => bytes + (frame?.length ?? 0), 0));
      return ids;
    },
    readFrom: (id) => log.readFrom(id),
    load: () => queue.run(() => derived.load()),
    async saveSlices(step) {
      await guard.run(() => derived.saveSlices(step));
      checkpointer.note(step.slices.length * sliceBytes);
    },
    save: (flush) => guard.run(() => derived.save(flush)),
    clear: () => queue.run(() => derived.clear()),
    baseFor: (at) => snapshots.baseFor(at),
    pastBeginsAt: () => snapshots.pastBeginsAt(),
    slices: (query) => derived.slices(query),
    secondsSince: (resources) => derived.secondsSince(resources),
    events: (query) => derived.events(query),
    stateEvents: (query) => derived.stateEvents(query),
    audit: (query) => derived.audit(query),
    event: (number) => derived.event(number),
    auditEntry: (id) => derived.auditEntry(id),
    auditHead: () => log.chain.head,
    placeOfHead: (head) => log.chain.place(files.reader, head),
    verifyAudit: (known) => queue.run(() => log.chain.verify(files.reader, known)),
    compact: (before, signal) => compactHours(files.writer, queue, { before, pace: { clock, signal } }),
    usedBytes: () => usedBytes(files.reader),
    expire: (cutoffs, signal) => expire(files.writer, queue, { cutoffs, forget, pace: { clock, signal } }),
    async close() {
      await guard.close();
      await queue.run(async () => {
        await checkpointer.close();
        await files.close();
      });
    },
  };
}
