import type { RequestListener } from 'node:http';
import { Refusal } from './answer.ts';
import type { FailureModes } from './failure-modes.ts';
import { readModeOrder } from './mode-order.ts';
import { fieldsOf, ShapeError } from './read.ts';
import { type Handler, jsonListener, type Routes } from './server.ts';
import type { Tally } from './tally.ts';

export interface ControlOptions {
  readonly modes: FailureModes;
  readonly tally: Tally;
  readonly rest: Rest;
  readonly failed: (error: unknown) => void;
  /** Answers whatever is not ours: `/livez`, `/readyz`, … */
  readonly health: RequestListener;
}

/** While a service rests it does nothing that nobody asked for, so that its totals stand still. */
export class Rest {
  isResting = false;
}

/**
 * The villain's door, on a port of its own so that it still answers when the service does not: `GET /mode`,
 * `POST /mode`, `GET /totals`, `POST /rest`, and the health of the agent.
 */
export function controlListener({ modes, tally, rest, failed, health }: ControlOptions): RequestListener {
  const routes: Routes = {
    'GET /mode': () => ({ status: 200, body: modes.status() }),
    'POST /mode': ours((request) => {
      const order = readModeOrder(request.body);
      return { status: 200, body: modes.set(order.mode, order.forMs) };
    }),
    'GET /totals': () => ({ status: 200, body: tally.totals() }),
    'POST /rest': ours((request) => {
      rest.isResting = readResting(request.body);
      return { status: 200, body: { resting: rest.isResting } };
    }),
  };
  const own = jsonListener(routes, { failed });
  return (request, response) => {
    const isOwn = /^\/(mode|totals|rest)$/.test(request.url ?? '');
    (isOwn ? own : health)(request, response);
  };
}

/** A page in a browser must not be able to break a service by sending a form to a port of this machine. */
function ours(handler: Handler): Handler {
  return (request) => {
    const isJson = request.header('content-type')?.startsWith('application/json') ?? false;
    if (!isJson || request.header('origin') !== undefined) {
      throw new Refusal(403, 'not_from_here', 'send application/json, and not from a page');
    }
    return handler(request);
  };
}

function readResting(body: unknown): boolean {
  const { resting } = fieldsOf(body, 'the body');
  if (typeof resting !== 'boolean') throw new ShapeError('resting must be true or false');
  return resting;
}
