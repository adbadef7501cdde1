import { show } from '@holdfast/shared';
import { type Executor, wrapWith } from '../call.ts';

/** A pipeline or another primitive, or a function that finds it: that one is asked at each call. */
export type Protector = Pick<Executor, 'execute'> | (() => Pick<Executor, 'execute'>);

/** A decorator of either kind: the standard one, or that of TypeScript's `experimentalDecorators`. */
export interface MethodGuard {
  <This, A extends unknown[], T>(
    method: (this: This, ...args: A) => Promise<T>,
    context: ClassMethodDecoratorContext<This, (this: This, ...args: A) => Promise<T>>,
  ): (this: This, ...args: A) => Promise<T>;
  <A extends unknown[], T>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<(...args: A) => Promise<T>>,
  ): TypedPropertyDescriptor<(...args: A) => Promise<T>>;
}

/**
 * A decorator for methods that return a promise: all their calls go through `protector`. Throws a `TypeError`
 * where it stands on anything but a method, and where `protector` cannot protect.
 */
export function protectedBy(protector: Protector): MethodGuard {
  if (typeof protector !== 'function' && typeof protector?.execute !== 'function')
    throw new TypeError(
      '`protectedBy` needs a pipeline, another primitive or a function that finds one, ' +
        `got ${show(protector)}`,
    );
  const decorate = (
    target: unknown,
    place: unknown,
    descriptor?: TypedPropertyDescriptor<Method>,
  ): unknown => {
    if (isContext(place)) {
      if (place.kind === 'method' && isMethod(target)) return guarded(target, protector);
      throw new TypeError(`\`protectedBy\` is for methods; \`${String(place.name)}\` is a ${place.kind}`);
    }
    if (isMethod(descriptor?.value)) return { ...descriptor, value: guarded(descriptor.value, protector) };
    const name = typeof place === 'string' || typeof place === 'symbol' ? place.toString() : show(target);
    throw new TypeError(`\`protectedBy\` is for methods; \`${name}\` is none`);
  };
  return decorate as MethodGuard; // which of the two it is shows only when it is called
}

type Method = (...args: never[]) => Promise<never>;

function guarded(method: Method, protector: Protector): Method {
  const executor: Pick<Executor, 'execute'> = {
    execute: (fn, options) =>
      (typeof protector === 'function' ? protector() : protector).execute(fn, options),
  };
  // What other decorators have noted on the method, with `reflect-metadata` for instance, stays to be found.
  return Object.setPrototypeOf(wrapWith(executor, method), method);
}

function isContext(place: unknown): place is { readonly kind: string; readonly name: unknown } {
  return typeof place === 'object' && place !== null && 'kind' in place && 'name' in place;
}

function isMethod(value: unknown): value is Method {
  return typeof value === 'function';
}
