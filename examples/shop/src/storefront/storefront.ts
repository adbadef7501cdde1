import { catalogue, type Product, productOf } from '../catalogue.ts';
import { Refusal } from '../service/answer.ts';
import type { ShopContext, ShopParts } from '../service/start.ts';
import { createFeatures, type Features, type Shown, type StockNote } from './features.ts';

/** What a customer's browser asks for. */
export interface ProductPage {
  readonly product: Omit<Product, 'shelfCount'>;
  readonly reviews: readonly unknown[];
  readonly stock: StockNote;
  readonly recommendations: readonly string[];
  /** The flags of the features that show something instead of the real thing. */
  readonly degraded: readonly string[];
}

/** The pages of the shop. Whatever fails behind it, it answers, and quickly. */
export function storefront(context: ShopContext): ShopParts {
  const features = createFeatures(context);
  const [sample] = catalogue;
  if (sample !== undefined) {
    // A feature whose flag is off sends no calls, and a breaker without calls never finds out that its
    // dependency is well again. These checks keep asking through the same pipeline: they are the probes of
    // the half-open breaker.
    for (const { breaker, ask } of Object.values(features)) context.watch(breaker, () => ask(sample.sku));
  }
  return {
    routes: {
      'GET /products': () => ({ status: 200, body: { products: catalogue.map(shownProduct) } }),
      'GET /products/:sku': async ({ params: { sku = '' } }) => {
        const product = productOf(sku);
        if (product === undefined) throw new Refusal(404, 'no_such_product', `there is no product ${sku}`);
        return { status: 200, body: await pageOf(product, features) };
      },
    },
  };
}

async function pageOf(product: Product, features: Features): Promise<ProductPage> {
  const { sku } = product;
  const [reviews, stock, recommendations] = await Promise.all([
    features.reviews.show(sku),
    features.stock.show(sku),
    features.recommendations.show(sku),
  ]);
  return {
    product: shownProduct(product),
    reviews: reviews.value,
    stock: stock.value,
    recommendations: recommendations.value,
    degraded: [
      ...flagIf(reviews, features.reviews.flag),
      ...flagIf(stock, features.stock.flag),
      ...flagIf(recommendations, features.recommendations.flag),
    ],
  };
}

function flagIf({ isDegraded }: Shown<unknown>, flag: string): string[] {
  return isDegraded ? [flag] : [];
}

function shownProduct({ sku, name, priceCents }: Product): ProductPage['product'] {
  return { sku, name, priceCents };
}
