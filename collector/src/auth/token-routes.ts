import { type Clock, type FilterSubject, tokenScopes, tokenSubject, type TokenView } from '@holdfast/shared';
import { Type } from 'typebox';
import { act, byOf } from '../server/act.ts';
import { filterFor } from '../query/filtering.ts';
import { paging } from '../query/list-schemas.ts';
import { pageOf } from '../query/pages.ts';
import { type Route, route } from '../server/route.ts';
import type { TokenBook } from './token-book.ts';

const path = '/api/v1/tokens';
const closed = { additionalProperties: false };
const short = { maxLength: 128 };

/** Making, listing and ending tokens. */
export function tokenRoutes(book: TokenBook, clock: Clock): readonly Route[] {
  return [
    route({
      method: 'GET',
      path,
      action: 'administer',
      summary: 'Tokens, those that ended too, oldest first; never their secrets',
      query: paging,
      answer: Type.Object({
        items: Type.Array(Type.Ref('TokenView')),
        nextCursor: Type.Optional(Type.String()),
      }),
      handle: ({ query }) => {
        const subjectOf = (token: TokenView): FilterSubject => tokenSubject(token, clock.now());
        const keeps = filterFor(query.filter, { list: 'tokens', subjectOf });
        return keeps.ok ? pageOf(book.list().filter(keeps.value), query) : keeps;
      },
    }),
    route({
      method: 'POST',
      path,
      action: 'administer',
      summary: 'Makes a token; its text is in the answer and nowhere else',
      body: Type.Object(
        {
          scope: Type.Enum([...tokenScopes]),
          name: Type.String(short),
          services: Type.Optional(Type.String(short)),
          expiresInMs: Type.Optional(Type.Number({ description: '90 days where absent' })),
          by: act.by,
          via: act.via,
        },
        closed,
      ),
      answer: Type.Object({ token: Type.String(), view: Type.Ref('TokenView') }),
      handle: ({ body, principal }) => book.create({ ...body, by: byOf(principal, body.by) }),
    }),
    route({
      method: 'DELETE',
      path: `${path}/{id}`,
      action: 'administer',
      summary: 'Revokes a token; what is connected with it is cut within a second',
      params: { id: Type.String(short) },
      body: Type.Object(act, closed),
      answer: Type.Ref('TokenView'),
      handle: ({ params, body, principal }) =>
        book.revoke(params.id, { ...body, by: byOf(principal, body.by) }),
    }),
  ];
}
