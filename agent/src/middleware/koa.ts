import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Requests } from './requests.ts';

/** Goes first: `app.use(holdfast)`. */
export type KoaMiddleware = (context: KoaContextLike, next: () => Promise<unknown>) => Promise<void>;

/** What is needed of Koa. */
export interface KoaContextLike {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  status: number;
  body: unknown;
  respond?: boolean | undefined;
  set(field: string, value: string): void;
}

export function createKoa(requests: Requests): KoaMiddleware {
  return async (context, next) => {
    const { req, res } = context;
    if (requests.isHealth(req, res)) {
      context.respond = false;
      return;
    }
    const refusal = await requests.admit(req, res);
    if (refusal !== undefined) {
      context.status = refusal.status;
      context.set('retry-after', refusal.retryAfter);
      context.body = refusal.body;
      return;
    }
    try {
      await next();
    } catch (error) {
      // What `@koa/router` leaves; Koa itself has no routes.
      requests.report(error, res, Reflect.get(context, '_matchedRoute'));
      throw error;
    }
  };
}
