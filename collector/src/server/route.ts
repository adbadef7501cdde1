import { show } from '@holdfast/shared';
import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';
import type { Action, Principal } from '../auth/policy.ts';
import { type Outcome, refused } from '../refusal.ts';
import type { Caller } from './caller.ts';
import type { Condition } from './if-match.ts';

/** What a request asks for, as text and parsed JSON. */
export interface RawRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The body, where the operation reads it line by line. */
  readonly lines?: readonly Buffer[];
  readonly principal: Principal;
  readonly caller: Caller;
  /** Absent where nothing was asked for, or the operation heeds no `If-Match`. */
  readonly onlyIf: Condition | undefined;
  /** Sends a header with the answer, where that is no refusal. */
  readonly setHeader: (name: string, value: string) => void;
}

/** One operation of the HTTP API. The same schemas check requests and describe the API in openapi.json. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With parameters in braces: `/api/v1/flags/{key}`. */
  readonly path: string;
  readonly summary: string;
  /** Who may ask for it is in `auth/policy.ts`. */
  readonly action: Action;
  /** The services that a request reaches; absent for the whole fleet. */
  readonly services?: (params: RawRequest['params']) => readonly string[];
  readonly params: TObject;
  readonly query: TObject;
  /** Absent where the operation reads no body. */
  readonly body?: TSchema;
  /** Present where it reads lines of JSON by itself, of at most so many bytes together. */
  readonly lineBytes?: number;
  readonly answer: TSchema;
  /** Whether its answer has an `ETag`, the version of desired state. */
  readonly isTagged?: boolean;
  /** Whether it heeds `If-Match`. */
  readonly isConditional?: boolean;
  handle(request: RawRequest): Promise<Outcome<unknown>>;
}

interface Definition<P extends TProperties, Q extends TProperties, B extends TSchema> {
  readonly method: Route['method'];
  readonly path: string;
  readonly summary: string;
  readonly action: Action;
  readonly services?: Route['services'];
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly answer: TSchema;
  readonly isTagged?: boolean;
  readonly isConditional?: boolean;
  readonly handle: (
    request: Pick<RawRequest, 'principal' | 'caller' | 'setHeader' | 'onlyIf'> & {
      readonly params: Static<TObject<P>>;
      readonly query: Static<TObject<Q>>;
      readonly body: Static<B>;
    },
  ) => Outcome<unknown> | Promise<Outcome<unknown>>;
}

/** Makes a route whose handler is only called with what its schemas allow. */
export function route<P extends TProperties, Q extends TProperties, B extends TSchema>(
  definition: Definition<P, Q, B>,
): Route {
  const { method, path, summary, action, services, answer, body, handle } = definition;
  const { isTagged = false, isConditional = false } = definition;
  const closed = { additionalProperties: false };
  const params = Type.Object(definition.params ?? {}, closed);
  const query = Type.Object(definition.query ?? {}, closed);
  const checkParams = checker(params, 'the path');
  const checkQuery = checker(query, 'the query');
  const checkBody = body === undefined ? undefined : checker(body, 'the body');
  return {
    method,
    path,
    summary,
    action,
    ...(services === undefined ? {} : { services }),
    params,
    query,
    ...(body === undefined ? {} : { body }),
    answer,
    isTagged,
    isConditional,
    async handle(raw) {
      const problem =
        checkParams(raw.params) ?? checkQuery(withNumbers(raw.query, query)) ?? checkBody?.(raw.body);
      if (problem !== undefined) return problem;
      return handle({
        ...raw,
        query: withNumbers(raw.query, query),
      } as Parameters<typeof handle>[0]); // each was just checked against its schema
    },
  };
}

type Check = (value: unknown) => Outcome<never> | undefined;

function checker(schema: TSchema, place: string): Check {
  const compiled = Compile(schema);
  return (value) => {
    if (compiled.Check(value)) return undefined;
    const errors = compiled.Errors(value);
    const error = errors.find(({ keyword }) => keyword === 'anyOf') ?? errors[0];
    return error === undefined ? refused('bad_input', `${place} is wrong`) : describe(error, value, place);
  };
}

function describe(error: TLocalizedValidationError, value: unknown, place: string): Outcome<never> {
  if (error.keyword === 'required') {
    const field = error.params.requiredProperties[0] ?? '';
    return refused('bad_input', `\`${field}\` is missing in ${place}`, { field });
  }
  const field = error.instancePath.slice(1).replaceAll('/', '.');
  if (error.keyword === 'boolean')
    return refused('bad_input', `\`${field}\` is not known in ${place}`, { field });
  const what = field === '' ? place : `\`${field}\``;
  const got = show(field.split('.').reduce(memberOf, field === '' ? { '': value } : value));
  return refused('bad_input', `${what} ${ruleOf(error)}, got ${got}`, field === '' ? {} : { field });
}

function ruleOf(error: TLocalizedValidationError): string {
  if (error.keyword === 'enum') return `must be one of ${error.params.allowedValues.join(', ')}`;
  if (error.keyword === 'pattern') return 'must be free of control characters';
  if (error.keyword === 'anyOf') return 'must be true or false, text, a number or an object';
  return error.message;
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

/** A query is text; what its schema calls a number is read as one, and stays text where it is none. */
function withNumbers(query: Readonly<Record<string, string>>, schema: TObject): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(query).map(([name, text]) => {
      const isNumber = ['number', 'integer'].includes(typeIn(schema.properties[name]));
      return [name, isNumber && /^-?\d{1,16}(\.\d{1,9})?$/.test(text) ? Number(text) : text];
    }),
  );
}

/** The JSON Schema type of a property. */
function typeIn(property: TSchema | undefined): string {
  return property !== undefined && 'type' in property ? String(property.type) : '';
}
