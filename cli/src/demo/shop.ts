/** The four services, each after those that it calls: this is the order in which they start. */
export const shopServices = ['inventory', 'payments', 'checkout', 'storefront'] as const;
export type ShopService = (typeof shopServices)[number];

export const peersOf: Readonly<Record<ShopService, readonly ShopService[]>> = {
  inventory: [],
  payments: [],
  checkout: ['inventory', 'payments'],
  storefront: ['inventory', 'checkout'],
};

/** The ways in which a service of the shop can be made to fail; `healthy` ends them. */
export const failureModes = ['slow', 'erroring', 'hanging', 'refusing', 'overloaded', 'crash'] as const;
export type FailureMode = (typeof failureModes)[number];

/** The classes of error that a service in mode `erroring` can be told to answer with. */
export const faultClasses = ['transient', 'partial_outage', 'critical', 'throttled', 'caller'] as const;
export type FaultClass = (typeof faultClasses)[number];

/** The body of `POST /mode` on a service's control port. */
export interface ModeOrder {
  readonly mode: FailureMode | 'healthy';
  readonly errorClass?: FaultClass;
  readonly delayMs?: number;
  readonly forMs?: number;
}

/** The tag under which a service of the shop tells where its control port is. */
export const controlTag = 'shop_control';
