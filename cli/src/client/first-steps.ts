import { liveUrl } from './collector-url.ts';

/** What to do where no agent has connected. */
export function firstSteps(url: string): string {
  const options = `{ service: 'checkout', collector: '${new URL(liveUrl(url)).origin}' }`;
  return `point a service at it: createAgent(${options}), or try: holdfast demo`;
}
