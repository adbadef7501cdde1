import type { ModeOrder, ShopService } from './shop.ts';

export interface VillainKey {
  readonly key: string;
  readonly does: string;
  readonly service: ShopService;
  readonly order: ModeOrder;
}

const forMs = 60_000;

/** What a person can do to the shop with one key. */
export const villainKeys: readonly VillainKey[] = [
  { key: '1', does: 'payments slow', service: 'payments', order: { mode: 'slow', delayMs: 2_000, forMs } },
  { key: '2', does: 'payments hangs', service: 'payments', order: { mode: 'hanging', forMs } },
  {
    key: '3',
    does: 'payments critical errors',
    service: 'payments',
    order: { mode: 'erroring', errorClass: 'critical', forMs },
  },
  { key: '4', does: 'inventory refuses', service: 'inventory', order: { mode: 'refusing', forMs } },
  { key: '5', does: 'inventory overloaded', service: 'inventory', order: { mode: 'overloaded', forMs } },
  { key: '6', does: 'checkout crashes', service: 'checkout', order: { mode: 'crash', forMs: 9_000 } },
];

export const healKey = '0';
export const storyKey = 's';
export const quitKey = 'q';

/** Ctrl-C as a terminal in raw mode gives it: then it is a key like any other. */
export const interruptKey = '\u0003';
