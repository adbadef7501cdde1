import { codeOf, isObject, nameOf } from '../classification/facts.ts';
import { messageOf } from '../classification/summary.ts';
import { present } from '../present.ts';

/** What is left of an error in a store. */
export interface StoredError {
  readonly name?: string;
  readonly message: string;
  readonly code?: string;
}

export function storedError(error: unknown): StoredError {
  const facts = isObject(error) ? { name: nameOf(error), code: codeOf(error) } : {};
  return present({ ...facts, message: messageOf(error) });
}

/** An error with the same name, message and code. */
export function revivedError({ message, ...facts }: StoredError): Error {
  return Object.assign(new Error(message), facts);
}
