/** What the address of the page asks for, as it stands there; empty where it does not. */
export interface Asked {
  /** The filter. */
  readonly q: string;
  /** The past moment from which on everything is shown once more. */
  readonly at: string;
  readonly speed: string;
}

export function askedIn(search: string): Asked {
  const query = new URLSearchParams(search);
  const part = (name: string): string => query.get(name)?.trim() ?? '';
  return { q: part('q'), at: part('at'), speed: part('speed') };
}

/** The part of the address that asks it, with its `?`; what else stands in `search` stays. */
export function searchOf(asked: Asked, search = ''): string {
  const query = new URLSearchParams(search);
  for (const [name, value] of Object.entries(asked)) {
    if (value === '') query.delete(name);
    else query.set(name, value);
  }
  return query.size === 0 ? '' : `?${query.toString()}`;
}

export function isSameAsked(a: Asked, b: Asked): boolean {
  return a.q === b.q && a.at === b.at && a.speed === b.speed;
}
