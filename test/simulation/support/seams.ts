import type { Transport } from '../../../agent/src/stream/transport.ts';
import type { ConnectionHost } from '../../../collector/src/ingest/connection.ts';
import { Journal, type JournalOptions } from '../../../collector/src/journal/journal.ts';
import type { Hello } from '@holdfast/shared';
import { Store, type StoreOptions } from './store.ts';

/** Where a mutant steps in between the classes. What a class does stands in its own source. */
export interface Seams {
  store(options: StoreOptions): Store;
  journal(options: JournalOptions): Journal;
  /** What a connection knows of the collector; `hello` is what its agent last said. */
  host(host: ConnectionHost, hello: () => Hello | undefined): ConnectionHost;
  transport(transport: Transport, instance: string): Transport;
}

/** Nothing steps in. */
export const plainSeams: Seams = {
  store: (options) => new Store(options),
  journal: (options) => new Journal(options),
  host: (host) => host,
  transport: (transport) => transport,
};
