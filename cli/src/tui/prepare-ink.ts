/**
 * Readies the environment for Ink and React, which read it once when they are first imported: React's
 * production build without developer tools, and Ink's own way of writing.
 */
export function prepareInk(env: Record<string, string | undefined>): void {
  env['NODE_ENV'] = 'production';
  for (const name of ['DEV', 'INK_SCREEN_READER']) delete env[name];
}
