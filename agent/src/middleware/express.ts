import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Requests } from './requests.ts';

type Next = (error?: unknown) => void;

/** A middleware for Express, Connect and whatever else passes on Node's own requests. */
export type NodeMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: Next,
) => Promise<void>;

/** Goes before all routes: `app.use(holdfast)`. */
export interface ExpressMiddleware extends NodeMiddleware {
  /** Reports errors and passes them on; goes after all routes: `app.use(holdfast.errors)`. */
  readonly errors: (error: unknown, request: RoutedRequest, response: ServerResponse, next: Next) => void;
}

/** A request as Express leaves it, with the route that it matched. */
export interface RoutedRequest extends IncomingMessage {
  readonly route?: { readonly path?: unknown };
}

export function createExpress(requests: Requests): ExpressMiddleware {
  const errors = (...[error, request, response, next]: Parameters<ExpressMiddleware['errors']>): void => {
    requests.report(error, response, request.route?.path);
    next(error);
  };
  // Express takes for a handler of errors what has four parameters.
  Object.defineProperty(errors, 'length', { value: 4 });
  return Object.assign(nodeMiddleware(requests), { errors });
}

/** Answers health probes and sheds. */
export function nodeMiddleware(requests: Requests): NodeMiddleware {
  return async (request, response, next) => {
    if (requests.isHealth(request, response)) return;
    const refusal = await requests.admit(request, response);
    if (refusal === undefined) {
      next();
      return;
    }
    const { status, retryAfter, body } = refusal;
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after': retryAfter });
    response.end(JSON.stringify(body));
  };
}
