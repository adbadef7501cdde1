import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Journal } from '../../../examples/shop/src/service/journal.ts';
import { textOf } from '../../../examples/shop/src/service/read.ts';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

async function folderOf(scope: Scope): Promise<{ folder: string; file: string }> {
  const folder = path.join(await temporaryFolder(scope), 'deep', 'down');
  return { folder, file: path.join(folder, 'words.jsonl') };
}

function open(folder: string | undefined): Journal<string> {
  return new Journal({ folder, name: 'words', read: (record) => textOf(record, 'a word') });
}

describe('a journal', () => {
  test('gives back what was appended', async () => {
    const { folder } = await folderOf(scopeOfTest());
    const journal = open(folder);
    journal.append('one', () => []);
    journal.append('two', () => []);
    expect(open(folder).past).toEqual(['one', 'two']);
  });

  test('forgets half a record and stays usable', async () => {
    const { folder, file } = await folderOf(scopeOfTest());
    open(folder).append('one', () => []);
    await appendFile(file, '"tw');
    open(folder).append('three', () => []);
    expect(open(folder).past).toEqual(['one', 'three']);
  });

  test('is written anew from what is needed when it is long', async () => {
    const { folder, file } = await folderOf(scopeOfTest());
    const journal = open(folder);
    for (let count = 1; count <= 50_001; count++) journal.append('old', () => ['kept']);
    expect(await readFile(file, 'utf8')).toBe('"kept"\n"old"\n');
  });

  test('without a folder keeps nothing and says it is well', async () => {
    const journal = open(undefined);
    journal.append('one', () => []);
    await expect(journal.check()).resolves.toBeUndefined();
    expect(journal.past).toEqual([]);
  });
});
