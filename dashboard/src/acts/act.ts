import type { FlagValue } from '@holdfast/shared';

/** What a person can ask for; each is confirmed before it is sent. */
export type Act =
  | {
      readonly kind: 'set_breaker';
      readonly address: string;
      readonly state: 'forced_open' | 'disabled' | 'closed';
    }
  /** `instance` is that of the hold, where it holds in one instance only. */
  | { readonly kind: 'release_breaker'; readonly address: string; readonly instance?: string }
  /** `value` is what the dialog proposes. */
  | { readonly kind: 'set_flag'; readonly key: string; readonly value: FlagValue }
  | { readonly kind: 'clear_flag'; readonly key: string };

/** What the person filled in. */
export interface FilledAct {
  readonly by: string;
  readonly reason: string;
  readonly forMs: number;
  /** For a flag: the value to set. */
  readonly value: FlagValue | undefined;
}
