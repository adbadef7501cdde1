import { show } from '@holdfast/shared';
import { Type } from 'typebox';
import { done, refused } from '../refusal.ts';
import { type Route, route } from '../server/route.ts';
import { readHead } from '../store/audit-chain.ts';
import type { EventStore } from '../store/event-store.ts';

/** Looks whether the audit list is as it was written. */
export function auditVerifyRoute(store: EventStore): Route {
  return route({
    method: 'GET',
    path: '/api/v1/audit/verify',
    action: 'read',
    summary: 'Whether the audit list is as it was written, and leads through a head that was kept',
    query: { head: Type.Optional(Type.String({ maxLength: 80 })) },
    answer: Type.Ref('AuditVerification'),
    handle: async ({ query: { head } }) => {
      const known = head === undefined ? undefined : readHead(head);
      if (head !== undefined && known === undefined)
        return refused('bad_input', `\`head\` must be ID:HASH, got ${show(head)}`, { field: 'head' });
      return done(await store.verifyAudit(known));
    },
  });
}
