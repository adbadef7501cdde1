import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Requests } from './requests.ts';

/** For `fastify.register(holdfast)`, before the routes. */
export type FastifyPlugin = (instance: FastifyLike, options: object, done: () => void) => void;

/** What is needed of Fastify. */
export interface FastifyLike {
  addHook(
    name: 'onRequest',
    hook: (request: FastifyRequestLike, reply: FastifyReplyLike, done: () => void) => void,
  ): unknown;
  addHook(
    name: 'onError',
    hook: (request: FastifyRequestLike, reply: FastifyReplyLike, error: Error, done: () => void) => void,
  ): unknown;
}

export interface FastifyRequestLike {
  readonly raw: IncomingMessage;
  readonly routeOptions?: { readonly url?: string | undefined };
}

export interface FastifyReplyLike {
  readonly raw: ServerResponse;
  hijack(): unknown;
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  send(body: object): unknown;
}

export function createFastify(requests: Requests): FastifyPlugin {
  const plugin: FastifyPlugin = (instance, _options, done) => {
    instance.addHook('onRequest', (request, reply, next) => {
      if (requests.isHealth(request.raw, reply.raw)) reply.hijack();
      else void serve(requests, { request, reply, next });
    });
    instance.addHook('onError', (request, reply, error, next) => {
      requests.report(error, reply.raw, request.routeOptions?.url);
      next();
    });
    done();
  };
  // The hooks hold for the whole server, and not only for what this plugin would register.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}

async function serve(
  requests: Requests,
  {
    request,
    reply,
    next,
  }: { readonly request: FastifyRequestLike; readonly reply: FastifyReplyLike; readonly next: () => void },
): Promise<void> {
  const refusal = await requests.admit(request.raw, reply.raw);
  if (refusal === undefined) {
    next();
    return;
  }
  reply.code(refusal.status);
  reply.header('retry-after', refusal.retryAfter);
  reply.send(refusal.body);
}
