import type { Column } from '../output/columns.ts';

/** What `--if-version` takes; nothing of a past moment. */
export const desiredVersionColumn: Column<{ readonly desiredVersion?: number }> = {
  name: 'desired_version',
  text: ({ desiredVersion }) => (desiredVersion === undefined ? '' : `${desiredVersion}`),
  plain: ({ desiredVersion }) => desiredVersion,
};
