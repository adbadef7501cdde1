import type { ServerResponse } from 'node:http';
import { type NodeMiddleware, nodeMiddleware } from './express.ts';
import type { Requests } from './requests.ts';

export interface NestMiddleware {
  /** For `app.use`: answers health probes and sheds. */
  readonly middleware: NodeMiddleware;
  /**
   * For `app.useGlobalFilters`: reports what is thrown, and leaves the answer to `inner`, usually
   * `new BaseExceptionFilter(app.getHttpAdapter())`.
   */
  filter<Host extends ArgumentsHostLike>(inner: FilterLike<Host>): FilterLike<Host>;
}

export interface FilterLike<Host> {
  catch(exception: unknown, host: Host): unknown;
}

/** What is needed of Nest's `ArgumentsHost`. */
export interface ArgumentsHostLike {
  getType(): string;
  getArgByIndex(index: number): unknown;
}

export function createNest(requests: Requests): NestMiddleware {
  return {
    middleware: nodeMiddleware(requests),
    filter: (inner) => ({
      catch(exception, host) {
        if (host.getType() === 'http') reportFrom(requests, exception, host);
        return Reflect.apply(inner.catch, inner, [exception, host]);
      },
    }),
  };
}

function reportFrom(requests: Requests, exception: unknown, host: ArgumentsHostLike): void {
  const request = host.getArgByIndex(0) as NestRequest; // of Express or of Fastify
  const response = host.getArgByIndex(1) as NestResponse; // of the same
  const route = request.route?.path ?? request.routeOptions?.url;
  requests.report(exception, 'raw' in response ? response.raw : response, route);
}

type NestResponse = ServerResponse | { readonly raw: ServerResponse };

interface NestRequest {
  readonly route?: { readonly path?: unknown };
  readonly routeOptions?: { readonly url?: string };
}
