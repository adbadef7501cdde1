import { hasCode } from '@holdfast/agent';
import type { OrderLine } from '../order-line.ts';
import { Refusal } from '../service/answer.ts';
import { createGuard, type GuardParts } from '../service/guard.ts';
import { callJson, HttpError } from '../service/http-client.ts';
import { fieldsOf, textOf } from '../service/read.ts';
import type { Payment } from './orders.ts';

/**
 * Whom checkout needs for an order. All of it is idempotent by order, so that every call may be made again.
 */
export interface Partners {
  reserve(orderId: string, lines: readonly OrderLine[]): Promise<void>;
  release(orderId: string): Promise<void>;
  charge(orderId: string, amountCents: number): Promise<Payment>;
  /** Throws while payments cannot be had; the debt stays. */
  refund(orderId: string): Promise<void>;
  /** The number of the parcel. */
  ship(orderId: string): Promise<string>;
  /** Rejects with the reason while payments cannot be had. */
  askPayments(): Promise<void>;
  askInventory(): Promise<void>;
}

export interface PartnersOptions extends GuardParts {
  readonly urlOf: (peer: 'payments' | 'inventory') => string;
}

const later = { status: 'pending' } as const;

export function createPartners(options: PartnersOptions): Partners {
  const { urlOf } = options;
  const inventory = createGuard(options, 'inventory', {
    dependency: 'inventory',
    timeoutMs: 500,
    slowCallMs: 250,
    maxRetries: 1,
  });
  const shipping = createGuard(options, 'shipping', {
    dependency: 'inventory',
    timeoutMs: 500,
    slowCallMs: 250,
    maxRetries: 1,
  });
  const payments = createGuard(options, 'payments', {
    dependency: 'payments',
    timeoutMs: 800,
    slowCallMs: 400,
    maxRetries: 1,
    fallback: later,
    fallbackOn: (error) => !isRefusedByOther(error), // a card that is declined is no outage
  });
  return {
    reserve: async (orderId, lines) => {
      const url = `${urlOf('inventory')}/reserve`;
      await inventory.run(({ signal }) => post(url, { orderId, lines }, signal));
    },
    release: async (orderId) => {
      await inventory.run(({ signal }) => post(`${urlOf('inventory')}/release`, { orderId }, signal));
    },
    charge: (orderId, amountCents) => {
      const url = `${urlOf('payments')}/charge`;
      return payments.run<Payment>(async ({ signal }) =>
        readCharge(await post(url, { orderId, amountCents }, signal)),
      );
    },
    refund: async (orderId) => {
      notLater(await payments.run(({ signal }) => post(`${urlOf('payments')}/refund`, { orderId }, signal)));
    },
    ship: (orderId) => {
      const url = `${urlOf('inventory')}/ship`;
      return shipping.run(async ({ signal }) => readTrackingId(await post(url, { orderId }, signal)));
    },
    askPayments: async () => notLater(await payments.run(({ signal }) => ping(urlOf('payments'), signal))),
    askInventory: async () => void (await inventory.run(({ signal }) => ping(urlOf('inventory'), signal))),
  };
}

/** False only where it is certain that the other side did nothing: it said no, or was never asked. */
export function mayHaveHappened(error: unknown): boolean {
  if (error instanceof Refusal) return false;
  if (error instanceof HttpError) return error.status >= 500;
  return !hasCode(error, 'HOLDFAST_CIRCUIT_OPEN') && !hasCode(error, 'HOLDFAST_BULKHEAD_FULL');
}

/** The other side understood and said no; being told to slow down is something else. */
export function isRefusedByOther(error: unknown): error is HttpError {
  return error instanceof HttpError && error.status < 500 && error.status !== 429;
}

interface OrderBody {
  readonly orderId: string;
  readonly lines?: readonly OrderLine[];
  readonly amountCents?: number;
}

function post(url: string, body: OrderBody, signal: AbortSignal): Promise<unknown> {
  return callJson(url, {
    method: 'POST',
    body,
    idempotencyKey: body.orderId,
    signal,
    read: (answer) => answer,
  });
}

function ping(url: string, signal: AbortSignal): Promise<unknown> {
  return callJson(`${url}/ping`, { signal, read: (answer) => answer });
}

function notLater(answer: unknown): void {
  if (answer === later) throw new Error('payments cannot be had just now');
}

function readCharge(answer: unknown): Payment {
  return { status: 'charged', receiptId: textOf(fieldsOf(answer, 'a charge')['receiptId'], 'receiptId') };
}

function readTrackingId(answer: unknown): string {
  return textOf(fieldsOf(answer, 'a shipment')['trackingId'], 'trackingId');
}
