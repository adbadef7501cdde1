import type { ModeOrder, ShopService } from './shop.ts';

/** What happens before the next turn: time passes, or a breaker does what the line before promised. */
export type Wait =
  | { readonly kind: 'pause'; readonly seconds: number }
  | {
      readonly kind: 'breaker';
      /** `service/name`. */
      readonly address: string;
      readonly state: 'open' | 'closed';
      readonly atMostSeconds: number;
    };

export interface Turn {
  /** The line that tells it. */
  readonly line: string;
  readonly act?: { readonly service: ShopService; readonly order: ModeOrder };
  readonly wait: Wait;
}

export interface Story {
  readonly name: string;
  readonly summary: string;
  readonly turns: readonly Turn[];
}
