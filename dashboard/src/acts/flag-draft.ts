import type { FlagObject, FlagValue, FlagView, Result } from '@holdfast/shared';

/** How a flag's value stands in a text field. */
export function draftOf(value: FlagValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The value that was typed for a flag of this type. */
export function readDraft(type: FlagView['type'], draft: string): Result<FlagValue> {
  if (type === 'string') return { ok: true, value: draft };
  const json = parse(draft);
  if (type === 'number' && typeof json === 'number') return { ok: true, value: json };
  if (type === 'boolean' && typeof json === 'boolean') return { ok: true, value: json };
  if (type === 'object' && typeof json === 'object' && json !== null && !Array.isArray(json)) {
    return { ok: true, value: json as FlagObject }; // JSON.parse gives nothing but JSON
  }
  return { ok: false, problem: `${flagTypeWords[type]}, please` };
}

const flagTypeWords: Readonly<Record<FlagView['type'], string>> = {
  boolean: 'true or false',
  string: 'a text',
  number: 'a number',
  object: 'a JSON object such as {"limit": 3}',
};

function parse(draft: string): unknown {
  try {
    return JSON.parse(draft);
  } catch {
    return undefined;
  }
}
