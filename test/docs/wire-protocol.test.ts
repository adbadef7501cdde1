import { readFileSync } from 'node:fs';
import { closeCodes, readAgentMessage, wireLimits } from '@holdfast/shared';
import { describe, expect, test } from 'vitest';
import { readMessage } from '../../agent/src/stream/read-message.ts';

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
    const read = sender === 'agent' ? readAgentMessage(text) : readMessage(text);
    const message = read !== undefined && 'ok' in read ? read.ok && read.value : read;
    expect(message).toEqual(expect.objectContaining(JSON.parse(text) as object));
  });

  const fromCollector = examples.filter(({ sender }) => sender === 'collector');

  test.each(fromCollector)('$type without one of its fields is not understood', ({ text }) => {
    const whole = JSON.parse(text) as Record<string, unknown>;
    const optional = ['auditHead', 'desired', 'seq', 'spread', 'throttles'];
    for (const field of Object.keys(whole).filter((name) => !optional.includes(name))) {
      expect(readMessage(JSON.stringify({ ...whole, [field]: undefined })), field).toBeUndefined();
    }
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
