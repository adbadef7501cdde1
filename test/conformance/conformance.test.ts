import { describe, expect, test } from 'vitest';
import { chapters } from './chapters.ts';
import { sentOn } from './drive.ts';

describe.each(chapters)('$title', ({ paths }) => {
  test.each(paths)('$when', async (path) => {
    expect(await sentOn(path)).toEqual({ counts: path.counts, events: path.events });
  });
});
