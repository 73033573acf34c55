/** The API as an OpenAPI 3.1 document: made of the routes as they are registered, and of what is said of each. */
import { ACCOUNT_ANSWERS } from './answers-accounts.ts';
import { DEVICE_ANSWERS } from './answers-devices.ts';
import { RECORD_ANSWERS } from './answers-records.ts';
import { SYSTEM_ANSWERS } from './answers-system.ts';
import { OPERATIONS, type Operation } from './operations.ts';
import { ref, type Schema } from './shape.ts';

/** A route as the server has it. */
export interface Route {
  readonly method: string;
  /** `/v1/extensions/:ext`. */
  readonly url: string;
  readonly schema: { readonly params?: unknown; readonly querystring?: unknown; readonly body?: unknown };
}

export function documentOf(routes: readonly Route[], version: string) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.url.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Device Lock',
      version,
      summary: 'Pins each PJSIP extension of Asterisk and FreePBX to its phone.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'The Unix socket, or the address the console is served at.' }],
    paths,
    // The file mode guards the Unix socket: who may open it needs nothing more.
    security: [{}, { session: [] }, { token: [] }],
    components: {
      schemas: plain({ ...DEVICE_ANSWERS, ...RECORD_ANSWERS, ...SYSTEM_ANSWERS, ...ACCOUNT_ANSWERS }),
      securitySchemes: {
        session: {
          ...{ type: 'apiKey', in: 'cookie', name: 'device-lock-session' },
          description: 'Changes need the header X-Device-Lock-Token too, with what GET /v1/session says.',
        },
        token: { type: 'http', scheme: 'bearer' },
      },
    },
  };
}

function operationOf({ method, url, schema }: Route) {
  const { summary, answer, type, status, also }: Partial<Operation> = OPERATIONS[`${method} ${url}`] ?? {};
  const others = Object.entries(also ?? {}).map(([code, description]) => [code, { description }]);
  return {
    operationId: nameOf(method, url),
    ...(summary === undefined ? {} : { summary }),
    ...parametersOf(schema),
    ...(schema.body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: plain(schema.body) } } } }),
    responses: {
      [status ?? 200]: {
        description: 'Done.',
        ...(answer === undefined ? {} : { content: { [type ?? 'application/json']: { schema: answer } } }),
      },
      ...Object.fromEntries(others),
      default: {
        description: 'What went wrong, and what to do about it.',
        content: { 'application/json': { schema: ref('Error') } },
      },
    },
  };
}

/** `putExtensionsExtPolicy`. */
function nameOf(method: string, url: string): string {
  const words = url.replace(/^\/v1/, '').split(/[^A-Za-z0-9]+/);
  const capital = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  return method.toLowerCase() + capital.join('');
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

function parametersOf({ params, querystring }: Route['schema']) {
  const parameters = [
    ...fieldsOf(params).map(([name, schema]) => ({
      name,
      in: 'path',
      required: true,
      schema: plain(schema),
    })),
    ...fieldsOf(querystring).map(([name, schema]) => ({
      ...{ name, in: 'query', schema: plain(schema) },
      required: (querystring as ObjectSchema).required?.includes(name) ?? false,
    })),
  ];
  return parameters.length === 0 ? {} : { parameters };
}

function fieldsOf(schema: unknown): [string, unknown][] {
  return Object.entries((schema as ObjectSchema | undefined)?.properties ?? {});
}

/** As the newer JSON Schema writes it; which of several it is, the reader finds by the constants. */
function plain(schema: unknown): Schema {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) => (key === 'discriminator' ? undefined : value)).replaceAll(
      '"dependencies":',
      '"dependentRequired":',
    ),
  ) as Schema;
}
