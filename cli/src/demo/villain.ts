import { messageOf } from '../failure.ts';
import type { Narrator } from './narrator.ts';
import { type ModeOrder, type ShopService, shopServices } from './shop.ts';
import { healKey, interruptKey, quitKey, storyKey, villainKeys } from './villain-keys.ts';

export interface VillainTools {
  readonly narrator: Pick<Narrator, 'isTelling' | 'begin' | 'end'>;
  say(line: string): void;
  /** Rejects where the service cannot be reached. */
  switchService(service: ShopService, order: ModeOrder): Promise<void>;
  quit(): void;
}

/** Does what a key stands for. Whoever breaks something takes over from the story. Never rejects. */
export async function onKey(key: string, tools: VillainTools): Promise<void> {
  const { narrator, say, quit } = tools;
  if (key === quitKey || key === interruptKey) return quit();
  if (key === storyKey) return toggleStory(tools);
  if (key === healKey) {
    if (await healAll(tools)) say('All four services are told to be well.');
    return;
  }
  const deed = villainKeys.find((one) => one.key === key);
  if (deed === undefined) return;
  const wasTelling = narrator.isTelling;
  narrator.end();
  if (wasTelling) say(`You have taken over; ${storyKey} tells the story from the beginning.`);
  if (await tryToSwitch(tools, deed.service, deed.order)) say(`${deed.does}; ${healKey} heals it.`);
}

/** A story begins calm: what is still broken is healed first. */
async function toggleStory(tools: VillainTools): Promise<void> {
  const { narrator, say } = tools;
  if (narrator.isTelling) {
    narrator.end();
    say(`The story is over; ${storyKey} tells it from the beginning.`);
  } else {
    await healAll(tools);
    narrator.begin();
  }
}

/** Whether all of them were told. */
async function healAll(tools: VillainTools): Promise<boolean> {
  const told = shopServices.map((service) => tryToSwitch(tools, service, { mode: 'healthy' }));
  return (await Promise.all(told)).every((isTold) => isTold);
}

/** Whether it was told; says why where not. */
async function tryToSwitch(
  { say, switchService }: VillainTools,
  service: ShopService,
  order: ModeOrder,
): Promise<boolean> {
  try {
    await switchService(service, order);
    return true;
  } catch (error) {
    say(messageOf(error));
    return false;
  }
}
