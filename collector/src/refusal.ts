/** Why something that was asked is not done, in terms of what was asked. */
export interface Refusal {
  readonly kind: RefusalKind;
  readonly detail: string;
  /** The field of the request that is wrong. */
  readonly field?: string;
  /** Names that may have been meant. */
  readonly nearest?: readonly string[];
  /** When asking again may help, where that is known. */
  readonly retryAfterSeconds?: number;
}
export type RefusalKind =
  | 'bad_input'
  | 'not_authorised'
  | 'forbidden'
  | 'not_permitted'
  | 'unknown'
  | 'wrong_method'
  | 'conflict'
  | 'too_large'
  | 'wrong_media_type'
  | 'upgrade_required'
  | 'unavailable'
  | 'failed';

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

export function done<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function refused(
  kind: RefusalKind,
  detail: string,
  more: Pick<Refusal, 'field' | 'nearest' | 'retryAfterSeconds'> = {},
): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: { kind, detail, ...more } };
}
