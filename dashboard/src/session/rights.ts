import { fitsPattern, type SessionView } from '@holdfast/shared';

/** Why the person may not act on what concerns these services; `undefined` where they may. */
export function actObstacle(
  { scope, services }: SessionView,
  concerned: readonly string[],
): string | undefined {
  if (scope !== 'operate' && scope !== 'admin')
    return `You may look, not act: your token has the scope ${scope}.`;
  if (services === undefined) return undefined;
  const outside = concerned.find((service) => !fitsPattern(services, service));
  return outside === undefined ? undefined : `Your token is for ${services}, not for ${outside}.`;
}
