import { type FlagValue, type FlagView, readFlagValue, readJson, type Result } from '@holdfast/shared';

/** The value that was typed for a flag of this type; a problem says what would be right. */
export function readFlagText(type: FlagView['type'], text: string): Result<FlagValue> {
  switch (type) {
    case 'string':
      return { ok: true, value: text };
    case 'boolean':
      return readSwitch(text);
    case 'number': {
      const isNumber = text.trim() !== '' && Number.isFinite(Number(text));
      return isNumber ? { ok: true, value: Number(text) } : { ok: false, problem: 'a number' };
    }
    case 'object': {
      const value = readJson(readFlagValue, text, 'the value');
      const isObject = value.ok && typeof value.value === 'object';
      return isObject ? value : { ok: false, problem: 'a JSON object such as {"limit": 3}' };
    }
  }
}

function readSwitch(text: string): Result<boolean> {
  const word = text.toLowerCase();
  if (word === 'on' || word === 'true') return { ok: true, value: true };
  if (word === 'off' || word === 'false') return { ok: true, value: false };
  return { ok: false, problem: 'on or off' };
}
