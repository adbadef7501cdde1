import { popularSkus } from '../catalogue.ts';
import { createGuard, type GuardParts } from '../service/guard.ts';
import { callJson } from '../service/http-client.ts';
import { fieldsOf, listOf, textOf, wholeOf } from '../service/read.ts';
import type { PeerUrls } from '../service/settings.ts';

/** A part of the product page that the page can do without. */
export interface Feature<T> {
  readonly flag: string;
  readonly breaker: string;
  /** What the page shows for a product: the real thing, or what is shown instead. Never throws. */
  show(sku: string): Promise<Shown<T>>;
  /** Asks the dependency whatever the flag says; rejects where it gives no real answer. */
  ask(sku: string): Promise<void>;
}

export interface Shown<T> {
  readonly value: T;
  readonly isDegraded: boolean;
}

export interface StockNote {
  readonly inStock: boolean;
  readonly note: string;
}

export interface Features {
  readonly reviews: Feature<readonly unknown[]>;
  readonly stock: Feature<StockNote>;
  readonly recommendations: Feature<readonly string[]>;
}

export interface FeaturesOptions extends GuardParts {
  readonly urlOf: (peer: keyof PeerUrls) => string;
}

export function createFeatures(parts: FeaturesOptions): Features {
  const { urlOf } = parts;
  const feature = <T>(plan: FeaturePlan<T>): Feature<T> => createFeature(parts, plan);
  return {
    reviews: feature({
      flag: 'user_reviews',
      breaker: 'reviews',
      dependency: 'inventory',
      urlFor: (sku) => `${urlOf('inventory')}/reviews/${sku}`,
      read: (body) => listOf(fieldsOf(body, 'the answer')['reviews'], 'reviews', (review) => review),
      instead: [],
    }),
    stock: feature({
      flag: 'real_time_inventory',
      breaker: 'inventory',
      dependency: 'inventory',
      urlFor: (sku) => `${urlOf('inventory')}/stock/${sku}`,
      read: readStock,
      instead: { inStock: true, note: 'in stock, probably' },
    }),
    recommendations: feature({
      flag: 'recommendations',
      breaker: 'recommendations',
      dependency: 'checkout',
      urlFor: (sku) => `${urlOf('checkout')}/also-bought/${sku}`,
      read: (body) => listOf(fieldsOf(body, 'the answer')['alsoBought'], 'alsoBought', textOf),
      instead: popularSkus,
    }),
  };
}

interface FeaturePlan<T> {
  readonly flag: string;
  readonly breaker: string;
  readonly dependency: string;
  readonly urlFor: (sku: string) => string;
  readonly read: (body: unknown) => T;
  readonly instead: T;
}

/** No retries: a page that waits for a second try is slower than one without reviews. */
function createFeature<T>(parts: GuardParts, plan: FeaturePlan<T>): Feature<T> {
  const { flags } = parts.agent;
  const { flag, breaker, dependency, urlFor, read } = plan;
  const instead: Shown<T> = { value: plan.instead, isDegraded: true };
  const guard = createGuard(parts, breaker, {
    dependency,
    timeoutMs: 400,
    slowCallMs: 200,
    fallback: instead,
    fallbackOn: () => true, // whatever went wrong, it is no reason to show no page
  });
  flags.define(flag, { defaultValue: true, degradedValue: false, bindings: [{ breaker }] });
  const call = (sku: string): Promise<Shown<T>> =>
    guard.run<Shown<T>>(async ({ signal }) => {
      return { value: await callJson(urlFor(sku), { signal, read }), isDegraded: false };
    });
  return {
    flag,
    breaker,
    show: async (sku) => (flags.getBooleanValue(flag, true) ? call(sku) : instead),
    ask: async (sku) => {
      const { isDegraded } = await call(sku);
      if (isDegraded) throw new Error(`${dependency} gives no ${breaker}`);
    },
  };
}

function readStock(body: unknown): StockNote {
  const limits = { from: 0, to: Number.MAX_SAFE_INTEGER };
  const available = wholeOf(fieldsOf(body, 'the answer')['available'], 'available', limits);
  return { inStock: available > 0, note: available > 0 ? `${available} in stock` : 'sold out' };
}
