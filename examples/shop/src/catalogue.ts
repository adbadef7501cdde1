/** What the shop sells. Each service holds it as it would hold a copy that is sent to it once a day. */
export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly priceCents: number;
  /** Shelf space: what inventory holds when it has just been restocked. */
  readonly shelfCount: number;
}

export const catalogue: readonly Product[] = [
  { sku: 'kelp-tea', name: 'Kelp tea, 20 bags', priceCents: 650, shelfCount: 2_500 },
  { sku: 'rope-20m', name: 'Mooring rope, 20 m', priceCents: 4_900, shelfCount: 400 },
  { sku: 'anchor-8kg', name: 'Plough anchor, 8 kg', priceCents: 12_900, shelfCount: 120 },
  { sku: 'chain-10m', name: 'Anchor chain, 10 m', priceCents: 8_400, shelfCount: 200 },
  { sku: 'shackle', name: 'Bow shackle', priceCents: 890, shelfCount: 2_000 },
  { sku: 'fender', name: 'Fender, blue', priceCents: 2_350, shelfCount: 600 },
  { sku: 'lantern', name: 'Storm lantern', priceCents: 3_990, shelfCount: 300 },
  { sku: 'oilskin', name: 'Oilskin coat', priceCents: 15_900, shelfCount: 150 },
  { sku: 'souwester', name: "Sou'wester", priceCents: 2_990, shelfCount: 300 },
  { sku: 'barometer', name: 'Barometer, brass', priceCents: 18_900, shelfCount: 90 },
  { sku: 'tide-table', name: 'Tide table', priceCents: 1_250, shelfCount: 1_000 },
  { sku: 'bilge-pump', name: 'Bilge pump, by hand', priceCents: 5_450, shelfCount: 180 },
  { sku: 'flare-kit', name: 'Distress flares, six', priceCents: 6_800, shelfCount: 240 },
];

/** What is shown where nothing better is known. */
export const popularSkus: readonly string[] = ['kelp-tea', 'shackle', 'tide-table'];

export function productOf(sku: string): Product | undefined {
  return catalogue.find((product) => product.sku === sku);
}
