/** One function for all promises: a closure each would be an allocation for every call. */
export function keepSettlers(resolve: (value: unknown) => void, reject: (error: unknown) => void): void {
  kept.resolve = resolve;
  kept.reject = reject;
}

export function nothing(): void {}

/** Those of the promise that was made last. */
export const kept: { resolve: (value: unknown) => void; reject: (error: unknown) => void } = {
  resolve: nothing,
  reject: nothing,
};
