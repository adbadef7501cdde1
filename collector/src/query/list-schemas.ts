import { type TInteger, type TOptional, type TSchema, type TString, Type } from 'typebox';
import { filterQuery } from './filtering.ts';

/** What every list takes. */
export const paging: {
  readonly limit: TOptional<TInteger>;
  readonly cursor: TOptional<TString>;
  readonly filter: TOptional<TString>;
} = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 5_000 })),
  cursor: Type.Optional(Type.String({ maxLength: 64 })),
  ...filterQuery,
};

/** The schema of a page of items. */
export function listSchema(item: string): TSchema {
  return Type.Object({
    items: Type.Array(Type.Ref(item)),
    nextCursor: Type.Optional(Type.String()),
    desiredVersion: Type.Optional(
      Type.Integer({ description: 'of a list of flags: the version of desired state, for If-Match' }),
    ),
    at: Type.Optional(Type.Number({ description: 'the moment that was asked for, epoch milliseconds' })),
  });
}
