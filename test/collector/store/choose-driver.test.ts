import { expect, test } from 'vitest';
import { chooseDriver } from '../../../collector/src/store/drivers/choose-driver.ts';

const absent = (): Promise<unknown> =>
  Promise.reject(Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' }));
const withoutBinary = (): Promise<unknown> => Promise.reject(new Error('Could not locate the bindings file'));
const present = (): Promise<unknown> => Promise.resolve({ default: {} });

test('takes the SQLite of Node where there is one', async () => {
  expect((await chooseDriver({ nodeSqlite: present, sqlite3: present })).name).toBe('node:sqlite');
});

test('takes the package where Node has none', async () => {
  expect((await chooseDriver({ nodeSqlite: absent, sqlite3: present })).name).toBe('sqlite3');
});

test('without the package it says how to install it', async () => {
  await expect(chooseDriver({ nodeSqlite: absent, sqlite3: absent })).rejects.toMatchObject({
    code: 'no_sqlite_driver',
    message: expect.stringMatching(/the sqlite3 package is not installed; run: npm install sqlite3$/),
  });
});

test('without its binary it says how to build it', async () => {
  await expect(chooseDriver({ nodeSqlite: absent, sqlite3: withoutBinary })).rejects.toMatchObject({
    code: 'no_sqlite_driver',
    message: expect.stringMatching(/run: npm install-scripts approve sqlite3 && npm rebuild sqlite3$/),
  });
});
