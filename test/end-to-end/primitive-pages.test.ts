import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runToEnd } from '../support/process.ts';
import { repository } from '../support/product.ts';
import { scopeOfTest } from '../support/scope.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const docs = path.join(repository, 'docs');
const primitives = readdirSync(path.join(docs, 'primitives')).map((name) => `primitives/${name}`);
const others = ['errors.md', 'classification.md', 'propagation.md'];
const headings = [
  'What it does',
  'Options and defaults',
  'Events',
  'Errors',
  'State diagram',
  'Mistakes to avoid',
];

describe.each(primitives)('docs/%s', (name) => {
  test('has the headings of all pages, in their order', () => {
    const page = readFileSync(path.join(docs, name), 'utf8');
    expect([...page.matchAll(/^## (.*)$/gm)].map((match) => match[1])).toEqual(headings);
  });
});

describe.each([...primitives, ...others])('docs/%s', (name) => {
  const programs = programsOf(readFileSync(path.join(docs, name), 'utf8'));

  test('has a program to begin with', () => {
    expect(programs.length).toBeGreaterThan(0);
  });

  test.each(programs)('program $number prints what the page says', async ({ code, prints }) => {
    const scope = scopeOfTest();
    const place = await temporaryFolder(scope);
    await mkdir(path.join(place, 'node_modules/@holdfast'), { recursive: true });
    await symlink(path.join(repository, 'agent'), path.join(place, 'node_modules/@holdfast/agent'));
    await writeFile(path.join(place, 'program.mjs'), code);
    const run = await runToEnd(scope, [process.execPath, 'program.mjs'], { cwd: place });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    if (prints !== undefined) expect(run.stdout).toBe(prints);
  });
});

interface Program {
  readonly number: number;
  readonly code: string;
  /** The block of text that follows it, where there is one. */
  readonly prints: string | undefined;
}

function programsOf(page: string): Program[] {
  const blocks = page.matchAll(/```js\n([\s\S]*?)```(?:\n\n```text\n([\s\S]*?)```)?/g);
  return [...blocks].map(([, code = '', prints], index) => ({ number: index + 1, code, prints }));
}
