import { existsSync } from 'node:fs';

const usualPlaces = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The Chromium of this machine: `HOLDFAST_TEST_CHROMIUM`, else where the distributions put it. */
export function chromiumPath(): string {
  const asked = process.env['HOLDFAST_TEST_CHROMIUM'];
  const found = asked ?? usualPlaces.find((place) => existsSync(place));
  if (found === undefined) throw new Error('no Chromium found; run: node scripts/ensure-tools.mjs');
  return found;
}
