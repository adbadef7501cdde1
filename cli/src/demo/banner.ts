import { defaultUrl } from '../client/collector-url.ts';
import { type ShopService, shopServices } from './shop.ts';
import { stories } from './stories.ts';
import type { Story } from './story.ts';
import { healKey, quitKey, storyKey, villainKeys } from './villain-keys.ts';

export interface Scene {
  readonly url: string;
  readonly collectorPid: number | undefined;
  readonly members: ReadonlyMap<
    ShopService,
    { readonly url: string; readonly child: { readonly pid: number | undefined } }
  >;
  readonly dataFolder: string;
  readonly isTemporary: boolean;
  readonly story: Story | undefined;
  readonly hasKeyboard: boolean;
}

/** What is printed once everything runs: where it is, and what to try. */
export function bannerOf(scene: Scene): string {
  const lines = ['', ...places(scene), '', ...attempts(scene), '', ...storyLines(scene), ...keyLines(scene)];
  return `${[...lines, 'Ctrl-C ends everything.', ''].join('\n')}\n`;
}

function places({ url, collectorPid, members, dataFolder, isTemporary }: Scene): string[] {
  const services = shopServices.toReversed().flatMap((service) => {
    const member = members.get(service);
    return member === undefined
      ? []
      : [row(service, `${member.url}  process ${member.child.pid ?? 'unknown'}`)];
  });
  return [
    row('dashboard', url),
    row('collector', `${url}  process ${collectorPid ?? 'unknown'}`),
    ...services,
    row('data', `${dataFolder}${isTemporary ? ', removed at the end' : ''}`),
  ];
}

function attempts({ url, members }: Scene): string[] {
  const where = url === defaultUrl ? '' : ` --url ${url}`;
  const holdfast = (rest: string): string => `  npx holdfast ${rest}${where}`;
  return [
    'Try, in another terminal:',
    holdfast('watch'),
    holdfast('status'),
    holdfast('flags off recommendations --for 2m --reason "too slow"'),
    `  curl ${members.get('storefront')?.url ?? ''}/products/kelp-tea`,
    holdfast('demo fail payments --mode slow --for 60s'),
    holdfast('demo heal payments'),
  ];
}

function storyLines({ story }: Scene): string[] {
  const others = stories.filter((one) => one !== story).map(({ name }) => name);
  if (story === undefined) return ['No story is told: the shop stays as it is until somebody breaks it.'];
  return [`Story "${story.name}": ${story.summary}.`, `Others, with --story: ${others.join(', ')}.`];
}

function keyLines({ hasKeyboard }: Scene): string[] {
  if (!hasKeyboard) return [];
  const failures = villainKeys.map(({ key, does }) => `${key} ${does}`).join(' · ');
  return [`Keys: ${failures}`, `      ${healKey} heal all · ${storyKey} story on or off · ${quitKey} quit`];
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(12)}${value}`;
}
