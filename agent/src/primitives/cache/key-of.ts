/** The arguments themselves, where they say all. Throws a `TypeError` for one that is an object. */
export function keyOfPlain(...args: readonly unknown[]): string {
  return JSON.stringify(args.map(partOf));
}

function partOf(arg: unknown): string {
  const type = typeof arg;
  if (arg !== null && (type === 'object' || type === 'function' || type === 'symbol'))
    throw new TypeError(`no key can be made of an argument that is a ${type}; give \`wrap\` a \`keyOf\``);
  return `${type} ${String(arg)}`;
}
