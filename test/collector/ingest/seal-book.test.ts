import { expect, test } from 'vitest';
import { SealBook } from '../../../collector/src/ingest/seal-book.ts';

const agent = { service: 'shop', instance: 'a', epoch: 'first' };
const bytes = (text: string): Buffer => Buffer.from(text);

test('knows the last 16 batches of a run', () => {
  const book = new SealBook();
  for (let seq = 1; seq <= 20; seq++) book.note(agent, seq, bytes(`batch ${seq}`));
  expect(book.differs(agent, 20, bytes('batch 20'))).toBe(false);
  for (let seq = 5; seq <= 20; seq++) expect(book.differs(agent, seq, bytes('other'))).toBe(true);
  expect(book.differs(agent, 4, bytes('other'))).toBe(false);
  expect(book.differs(agent, 21, bytes('other'))).toBe(false);
});

test('takes a new epoch for another run', () => {
  const book = new SealBook();
  book.note(agent, 1, bytes('one'));
  expect(book.differs({ ...agent, epoch: 'second' }, 1, bytes('other'))).toBe(false);
  expect(book.differs({ ...agent, instance: 'b' }, 1, bytes('other'))).toBe(false);
});
