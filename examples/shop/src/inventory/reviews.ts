import { productOf } from '../catalogue.ts';

export interface Review {
  readonly author: string;
  readonly stars: number;
  readonly text: string;
}

const voices: readonly Review[] = [
  { author: 'Ines', stars: 5, text: 'Held through the November storm.' },
  { author: 'Tomas', stars: 4, text: 'Heavier than it looks, which is the point.' },
  { author: 'Aino', stars: 5, text: 'My third one. The first two are still at sea.' },
  { author: 'Gwen', stars: 3, text: 'Does its work. The colour is not as shown.' },
  { author: 'Kaspar', stars: 4, text: 'Arrived before the tide did.' },
];

/** `undefined` for what the shop does not sell. */
export function reviewsOf(sku: string): readonly Review[] | undefined {
  const product = productOf(sku);
  if (product === undefined) return undefined;
  const first = product.name.length % voices.length;
  return [first, first + 2, first + 3].flatMap((index) => voices[index % voices.length] ?? []);
}
