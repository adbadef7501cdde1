import { type FlagValue, show } from '@holdfast/shared';
import { checkName, OptionReader } from '../options/option-reader.ts';

/** What degrades a flag by itself. */
export interface FlagBinding {
  /** The name of a circuit breaker of this agent, or of the pipeline that holds it. It may be made later. */
  readonly breaker: string;
  /** How long the breaker must reject or probe before the flag degrades, in milliseconds. Default 0. */
  readonly holdMs?: number;
}

export interface FlagDefinition<T extends FlagValue = FlagValue> {
  readonly defaultValue: T;
  /** The value while a binding is active. Required with `bindings`. */
  readonly degradedValue?: T;
  /** One active binding is enough. */
  readonly bindings?: readonly FlagBinding[];
}

/** Throws `TypeError` or `RangeError`, naming the option, unless the definition is sound. */
export function checkDefinition(key: string, definition: FlagDefinition): void {
  checkName('key', key);
  const place = `flags.${key}`;
  const reader = new OptionReader(place, definition, ['defaultValue', 'degradedValue', 'bindings']);
  checkValue(`${place}.defaultValue`, definition.defaultValue);
  const { defaultValue, degradedValue, bindings = [] } = definition;
  if (degradedValue !== undefined) checkValue(`${place}.degradedValue`, degradedValue);
  const type = typeof defaultValue;
  if (degradedValue !== undefined && typeof degradedValue !== type)
    throw new TypeError(
      `\`${place}.degradedValue\` must be a ${type} like \`defaultValue\`, got ${show(degradedValue)}`,
    );
  if (!Array.isArray(bindings))
    throw new TypeError(`\`${place}.bindings\` must be an array, got ${show(reader.raw('bindings'))}`);
  if (bindings.length > maxBindings)
    throw new RangeError(`\`${place}.bindings\` must hold at most ${maxBindings}, got ${bindings.length}`);
  bindings.forEach((binding, index) => checkBinding(`${place}.bindings[${index}]`, binding));
  if (bindings.length > 0 && degradedValue === undefined)
    throw new TypeError(`\`${place}.degradedValue\` must be given with \`bindings\`, got nothing`);
}

/** What is wrong with a value for a flag, in words; `undefined` where nothing is. */
export function problemOfValue(value: unknown): string | undefined {
  if (typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'a finite number';
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null || Array.isArray(value)))
    return 'true or false, a string, a number or an object';
  return byteLengthOf(value) <= maxValueBytes ? undefined : `at most ${maxValueBytes} bytes of JSON`;
}

const maxBindings = 64;
const maxValueBytes = 4_096;

function checkValue(place: string, value: unknown): void {
  const problem = problemOfValue(value);
  if (problem === undefined) return;
  const message = `\`${place}\` must be ${problem}, got ${show(value)}`;
  throw problem.startsWith('true or') ? new TypeError(message) : new RangeError(message);
}

/** Infinite for what JSON cannot hold, such as a circle. */
function byteLengthOf(value: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(value));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function checkBinding(place: string, binding: unknown): void {
  const reader = new OptionReader(place, binding, ['breaker', 'holdMs']);
  checkName(`${place}.breaker`, reader.raw('breaker'));
  reader.number('holdMs', 0);
}
