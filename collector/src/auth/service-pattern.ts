/** A service's name in which `*` stands for any number of letters. */
export const servicePattern: RegExp = /^[\p{L}\p{N}*][\p{L}\p{N} ._:()*-]{0,127}$/u;

/** Whether a pattern covers a service. Takes time by the length of both and no more, whatever they are. */
export function covers(pattern: string, service: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return service === pattern;
  if (!service.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = service.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return service.length - last.length >= at && service.endsWith(last);
}
