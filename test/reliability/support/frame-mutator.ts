import type { Random } from '@holdfast/shared';
import {
  batchWith,
  flagLevels,
  helloWith,
  openedEvent,
  rollupsOf,
} from '../../collector/support/wire-agent.ts';

/** Frames as agents send them, from which mutants are made. */
const corpus: readonly object[] = [
  helloWith(),
  batchWith(1, { events: [openedEvent()], ...rollupsOf({ success: 3, failure: 1 }), ...flagLevels(true) }),
  batchWith(2, { events: [openedEvent()], dropped: { 'event:queue_overflow': 2 } }),
  { type: 'dictionary', from: 0, add: [{ kind: 'circuit_breaker', name: 'payments' }] },
  { type: 'applied', version: 3, problems: [{ target: 'flag reviews', problem: 'unknown' }] },
  { type: 'ping', sentAt: 1_780_000_020_000 },
  { type: 'bye', last: 1 },
];

/** What stands where something else belongs. */
const strange: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  2 ** 60,
  '',
  '\u0000\u001B[2J',
  '\uD800',
  'x'.repeat(5_000),
  [],
  {},
  [[[[[[[[[[]]]]]]]]]],
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  Array.from({ length: 3_000 }, () => 0),
];

/** A frame of the corpus with something wrong with it: in its structure, or in its bytes. */
export function mutantFrame(random: Random): string {
  const original: unknown = structuredClone(pick(corpus, random));
  if (random() < 0.6) {
    for (let turn = 0; turn < 1 + random() * 3; turn++) deform(original, random);
    return JSON.stringify(original);
  }
  let text = JSON.stringify(original);
  for (let turn = 0; turn < 1 + random() * 4; turn++) text = scratch(text, random);
  return text;
}

/** Changes one member somewhere inside. */
function deform(value: unknown, random: Random): void {
  if (typeof value !== 'object' || value === null) return;
  const keys = Object.keys(value);
  const key = pick(keys, random);
  if (key === undefined || random() < 0.1) {
    return put(value, pick(['__proto__', 'toString', 'kind', 'news'], random) ?? '', random);
  }
  const member: unknown = Reflect.get(value, key);
  if (typeof member === 'object' && member !== null && random() < 0.7) deform(member, random);
  else if (random() < 0.2) Reflect.deleteProperty(value, key);
  else put(value, key, random);
}

/** As a member of its own, `__proto__` too. */
function put(target: object, key: string, random: Random): void {
  const value: unknown = structuredClone(pick(strange, random));
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}

/** Changes, removes, repeats or nests some characters. */
function scratch(text: string, random: Random): string {
  const at = Math.floor(random() * text.length);
  const to = at + Math.floor(random() * 12);
  const way = random();
  if (way < 0.3) return text.slice(0, at) + text.slice(to);
  if (way < 0.6) return text.slice(0, to) + text.slice(at);
  if (way < 0.9) return text.slice(0, at) + String.fromCharCode(random() * 300) + text.slice(at + 1);
  return `${'['.repeat(4_000)}${text}`;
}

function pick<T>(from: readonly T[], random: Random): T | undefined {
  return from[Math.floor(random() * from.length)];
}
