import { type Check, mustBe, text } from '../options/checks.ts';

/** An address that `fetch` takes. */
export const readUrl: Check<URL> = (value, place) => {
  const url = URL.canParse(String(value)) ? new URL(String(value)) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new TypeError(mustBe(place, 'an http or https URL', value));
};

export const readHeaders: Check<Readonly<Record<string, string>>> = (value, place) => {
  if (typeof value !== 'object' || value === null) throw new TypeError(mustBe(place, 'an object', value));
  const entries = Object.entries(value).map(([name, header]: [string, unknown]) => [
    name,
    text(8_192)(header, `${place}.${name}`),
  ]);
  return Object.fromEntries(entries);
};
