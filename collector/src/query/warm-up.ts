import type { Clock, Fleet, TimerHandle } from '@holdfast/shared';
import type { Principal } from '../auth/policy.ts';
import type { App } from '../server/api.ts';

/** Code is compiled well once it has run a few times. */
const rounds = 3;
/** Of more a single answer takes long enough for that, and agents are coming back meanwhile. */
const manyResources = 2_000;
const reader: Principal = { scope: 'read' };
const caller = { isEncrypted: true, address: 'the collector' };

export interface WarmUpOptions {
  readonly app: Pick<App, 'fetch'>;
  readonly fleet: Fleet;
  readonly clock: Clock;
}

/**
 * Asks itself what screens ask first, so that the first person finds code that is compiled and pages that are
 * read: right after a start the same questions take several times as long. Gives way to others between any
 * two. Returns what stops it, which resolves once nothing is under way.
 */
export function startWarmUp({ app, fleet, clock }: WarmUpOptions): () => Promise<void> {
  let isOver = false;
  let wake = (): void => {};
  let timer: TimerHandle | undefined;
  const giveWay = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      timer = clock.setTimeout(resolve, 0);
    });
  const ask = async (): Promise<void> => {
    for (const path of pathsOf(fleet)) {
      await giveWay();
      if (isOver) return;
      const asked = new Request(`http://localhost/api/v1/${path}`);
      const answer = await app.fetch(asked, { principal: reader, caller });
      await answer.arrayBuffer();
    }
  };
  const asked = ask().catch(() => {}); // what fails here fails again for whoever asks, who is told
  return () => {
    isOver = true;
    timer?.cancel();
    wake();
    return asked;
  };
}

/** Of an empty log there is nothing to warm. */
function pathsOf({ instances, lastEntryId }: Fleet): string[] {
  if (lastEntryId === 0) return [];
  const resources = [...instances.values()].flatMap((instance) => instance.resources);
  const [resource] = resources;
  const one = `resources/${resource?.address.split('/').map(encodeURIComponent).join('/')}`;
  const paths = [
    'status',
    ...(resource === undefined
      ? []
      : [one, `${one}/series`, `${one}/series?step=60`, `${one}/series?since=0`]),
    'resources?limit=100',
    'services',
    'agents',
    'flags',
    'errors',
    'health',
    'topology',
    'events?limit=100',
    'audit?limit=100',
  ];
  return resources.length > manyResources ? paths : Array.from({ length: rounds }, () => paths).flat();
}
