/** A number that an environment variable asks for, such as how long a test runs; else the usual one. */
export function setting(name: string, usual: number): number {
  const asked = process.env[name];
  if (asked === undefined) return usual;
  const value = Number(asked);
  if (!Number.isFinite(value) || value < 0) throw new Error(`${name} must be a number, got ${asked}`);
  return value;
}
