import type { LogEntry } from '@holdfast/shared';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';

/** What one part of the collector tells the others. */
export type BusMessage =
  /** An entry is durable and part of the fleet; `touched` are the addresses that it may have changed. */
  | { readonly type: 'folded'; readonly entry: LogEntry; readonly touched: Iterable<string> }
  /** The fleet was folded anew from the log: whatever was read from it before is old. */
  | { readonly type: 'rebuilt' };

/** Carries messages between the parts of a collector, and between collectors once there are many. */
export interface Bus {
  publish(message: BusMessage): void;
  /** Returns the function that unsubscribes. */
  subscribe(listener: (message: BusMessage) => void): () => void;
}

/**
 * A bus within this process. Listeners run at once, in the order in which they subscribed; what one of them
 * throws is logged and reaches neither the others nor who publishes.
 */
export function createLocalBus(log: Log): Bus {
  const listeners = new Set<(message: BusMessage) => void>();
  return {
    publish(message) {
      for (const listener of listeners) {
        try {
          listener(message);
        } catch (error) {
          log('error', `a part of the collector failed at news: ${messageOf(error)}`);
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
