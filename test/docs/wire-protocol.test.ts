import { readFileSync } from 'node:fs';
import { closeCodes, readAgentMessage, readCollectorMessage, wireLimits } from '@holdfast/shared';
import { describe, expect, test } from 'vitest';

const page = readFileSync(new URL('../../docs/wire-protocol.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```json (agent|collector)\n([\s\S]*?)```/g)].map(
  ([, sender, text = '']) => ({
    sender,
    text,
    type: /"type": "(\w+)"/.exec(text)?.[1],
  }),
);

describe('the examples of the wire protocol page', () => {
  test('show both directions', () => {
    expect(new Set(examples.map((example) => example.sender))).toEqual(new Set(['agent', 'collector']));
  });

  test.each(examples)('$sender $type parses without losing a field', ({ sender, text }) => {
    const result = sender === 'agent' ? readAgentMessage(text) : readCollectorMessage(text);
    expect(result).toEqual({
      ok: true,
      value: expect.objectContaining(JSON.parse(text) as object) as unknown,
    });
  });

  test.each(Object.values(closeCodes))('close code %d is explained', (code) => {
    expect(page).toContain(`| ${code} |`);
  });

  test('the limits are those of the code', () => {
    expect(page).toContain(`| a frame | ${wireLimits.batchBytes / 1024} KiB |`);
    expect(page).toContain(
      `| resources of an agent | ${wireLimits.resourcesPerAgent.toLocaleString('en')} |`,
    );
    expect(page).toContain(`| rollup rows in a batch | ${wireLimits.rollupsPerBatch.toLocaleString('en')} |`);
  });
});
