import type { TSchema } from 'typebox';
import { problemType } from './problem.ts';
import type { Route } from './route.ts';

export interface OpenApiOptions {
  readonly routes: readonly Route[];
  /** The schemas that routes refer to by name. */
  readonly components: Readonly<Record<string, TSchema>>;
  readonly version: string;
}

/** The API's description in OpenAPI 3.1, whose schemas are those that check each request. */
export function openApiOf({ routes, components, version }: OpenApiOptions): unknown {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const operations = (paths[route.path] ??= {});
    operations[route.method.toLowerCase()] = operationOf(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Holdfast collector',
      version,
      description: 'State, history and control of a fleet of services. Times are epoch milliseconds.',
    },
    paths,
    components: {
      schemas: Object.fromEntries(
        Object.entries(components).map(([name, schema]) => [name, withReferences(schema)]),
      ),
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
    security: [{}, { token: [] }],
  };
}

function operationOf(route: Route): unknown {
  return {
    summary: route.summary,
    parameters: [
      ...parametersOf(route, 'path'),
      ...parametersOf(route, 'query'),
      ...(route.isConditional === true ? [ifMatch] : []),
    ],
    ...bodyOf(route),
    responses: {
      200: {
        description: 'Done',
        ...(route.isTagged === true ? { headers: { ETag: tag } } : {}),
        content: { 'application/json': { schema: withReferences(route.answer) } },
      },
      default: {
        description: 'A problem: what is wrong, and where',
        content: { [problemType]: { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

const ifMatch = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description:
    'The version that the `ETag` of an answer told: refused with 409 where somebody acted on the same flag ' +
    'or breaker since. `*`: only where an override is there.',
  schema: { type: 'string', pattern: '^(\\*|(W/)?"\\d{1,15}")$' },
};

const tag = {
  description: 'The version of desired state, for `If-Match`; absent where the answer is of a past moment',
  schema: { type: 'string' },
};

function bodyOf({ body, lineBytes }: Route): object {
  if (body === undefined && lineBytes === undefined) return {};
  const content =
    body === undefined
      ? { 'application/x-ndjson': { schema: { type: 'string', maxLength: lineBytes } } }
      : { 'application/json': { schema: withReferences(body) } };
  return { requestBody: { required: true, content } };
}

function parametersOf(route: Route, place: 'path' | 'query'): unknown[] {
  const schema = place === 'path' ? route.params : route.query;
  return Object.entries(schema.properties).map(([name, property]) => ({
    name,
    in: place,
    required: schema.required?.includes(name) ?? false,
    schema: withReferences(property),
  }));
}

/** The schema with `{ $ref: 'Name' }` made to point into the document. */
function withReferences(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withReferences);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === '$ref' ? `#/components/schemas/${String(value)}` : withReferences(value),
    ]),
  );
}
