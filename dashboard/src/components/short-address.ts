/** `service/kind/name` as people type it: `service/name`. */
export function shortAddress(address: string): string {
  const [service, , ...name] = address.split('/');
  return `${service}/${name.join('/')}`;
}
