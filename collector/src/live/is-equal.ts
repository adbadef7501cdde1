/**
 * Whether two JSON values say the same. A field that is `undefined` counts as absent; of two objects the
 * fields in `but` are not looked at.
 */
export function isEqual(a: unknown, b: unknown, but: ReadonlySet<string> = none): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => isEqual(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  for (const name in a) if (!but.has(name) && !isEqual(a[name], b[name])) return false;
  for (const name in b) if (!but.has(name) && a[name] === undefined && b[name] !== undefined) return false;
  return true;
}

const none: ReadonlySet<string> = new Set();

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
