import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { repository } from '../support/product.ts';

const page = readFileSync(path.join(repository, 'docs/embedding.md'), 'utf8');

describe.each(['express', 'fastify', 'koa', 'nest'])('the part of docs/embedding.md on %s', (name) => {
  test('quotes the example', () => {
    const quoted = blocksOf(sectionOf(name));
    expect(quoted).toHaveLength(1);
    for (const block of quoted) expect(sourcesOf(name)).toContain(block);
  });
});

test('what docs/embedding.md shows for all is in an example', () => {
  const all = ['express', 'fastify', 'koa', 'nest'].map(sourcesOf).join('\n');
  for (const block of blocksOf(page)) expect(all).toContain(block);
});

/** What stands under a heading. */
function sectionOf(name: string): string {
  const sections = page.split(/^## /m);
  return sections.find((section) => section.toLowerCase().startsWith(`${name}\n`)) ?? '';
}

/** The blocks of code, without indentation. */
function blocksOf(text: string): string[] {
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => flat(code));
}

function sourcesOf(name: string): string {
  const folder = path.join(repository, 'examples', name, 'src');
  return readdirSync(folder)
    .map((file) => flat(readFileSync(path.join(folder, file), 'utf8')))
    .join('\n');
}

function flat(code: string): string {
  return code.trim().replace(/^ +/gm, '');
}
