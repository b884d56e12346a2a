import { endpoints, problems, routes, type Endpoint, type RouteName } from '@parley/protocol';
import { bodyExamples } from './openapi-examples.ts';
import { componentSchemas, documentSchema, type Json } from './openapi-schemas.ts';

const about = `The messaging system of a marketplace. Everything under \`/v1\` is JSON; errors are \`application/problem+json\` (RFC 9457).

**Real time:** \`GET /v1/realtime\` is a WebSocket. The first frame is \`{"op":"auth","ref":"1","token":"…"}\`; the server answers
\`{"op":"ready",…}\` and then pushes messages, read marks, typing and presence.`;

/** Statuses that an asker of any kind may meet. */
const commonStatuses = [400, 401, 403, 404, 429, 500, 503];

/** The OpenAPI 3.1 document, made from the same table that validates requests. @param version of the service */
export function openApiDocument(publicUrl: string, version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const name of routeNames()) {
    const [method, path] = routes[name];
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(name, endpoints[name]) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Parley', version, description: about, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: publicUrl }],
    tags: [...new Set(Object.values(endpoints).map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: securitySchemes(),
      parameters: { ParleyAs: parleyAs },
      responses: problemResponses(),
    },
  };
}

function routeNames(): RouteName[] {
  return Object.keys(routes).filter((name): name is RouteName => name in routes);
}

function operation(name: RouteName, endpoint: Endpoint): Json {
  const isHost = endpoint.asker === 'host';
  return {
    operationId: name,
    tags: [endpoint.tag],
    summary: endpoint.summary,
    security: isHost ? [{ apiKey: [] }] : [{ userToken: [] }, { apiKey: [] }],
    parameters: [
      ...parameters('path', endpoint.params),
      ...parameters('query', endpoint.query),
      ...(isHost ? [] : [{ $ref: '#/components/parameters/ParleyAs' }]),
    ],
    ...requestBody(name, endpoint),
    responses: responses(endpoint),
  };
}

function parameters(place: 'path' | 'query', schema: object | undefined): Json[] {
  const { properties, required } = objectSchema(schema);
  return Object.entries(properties).map(([name, inner]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: documentSchema(inner),
  }));
}

function objectSchema(schema: object | undefined): {
  properties: Record<string, object>;
  required: string[];
} {
  const properties: Record<string, object> = {};
  const required: string[] = [];
  if (schema === undefined) return { properties, required };
  if ('properties' in schema && typeof schema.properties === 'object')
    Object.assign(properties, schema.properties);
  if ('required' in schema && Array.isArray(schema.required)) required.push(...schema.required.map(String));
  return { properties, required };
}

function requestBody(name: RouteName, endpoint: Endpoint): Record<string, Json> {
  if (endpoint.multipart === true)
    return { requestBody: { required: true, content: { 'multipart/form-data': { schema: uploadSchema } } } };
  if (endpoint.body === undefined) return {};
  const example = bodyExamples[name];
  const content = { schema: documentSchema(endpoint.body), ...(example !== undefined && { example }) };
  return { requestBody: { required: true, content: { 'application/json': content } } };
}

const uploadSchema: Json = {
  type: 'object',
  required: ['file'],
  properties: {
    file: {
      type: 'string',
      contentMediaType: 'application/octet-stream',
      description: 'PNG, JPEG, WebP, GIF, AVIF or PDF, up to 10 MB',
    },
  },
};

function responses(endpoint: Endpoint): Json {
  const status = endpoint.status ?? 200;
  const success: Json =
    status === 204
      ? { description: 'Done' }
      : {
          description: 'Done',
          content: { 'application/json': { schema: documentSchema(endpoint.response) } },
        };
  const statuses = [
    ...commonStatuses,
    ...(endpoint.body === undefined ? [] : [409, 413, 415, 422]),
    ...(endpoint.multipart === true ? [413, 415] : []),
    ...(endpoint.problems ?? []).map((code) => problems[code].status),
  ];
  return {
    [status]: success,
    ...Object.fromEntries(statuses.map((one) => [one, { $ref: `#/components/responses/Problem${one}` }])),
  };
}

const parleyAs: Json = {
  name: 'Parley-As',
  in: 'header',
  required: false,
  description: 'With the API key: the id of the person that the back end acts for.',
  schema: { type: 'string' },
};

function securitySchemes(): Json {
  return {
    apiKey: {
      type: 'http',
      scheme: 'bearer',
      description:
        "The marketplace back end's key (PARLEY_API_KEY); with the header Parley-As it acts for a person.",
    },
    userToken: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'A JWT with sub (user id) and exp; optionally name, email, avatarUrl, locale, role.',
    },
  };
}

/** One response for each status: which problems it may be. */
function problemResponses(): Json {
  const statuses = [...new Set(Object.values(problems).map(({ status }) => status))];
  return Object.fromEntries(statuses.map((status) => [`Problem${status}`, problemResponse(status)]));
}

function problemResponse(status: number): Json {
  const codes = Object.entries(problems).filter(([, problem]) => problem.status === status);
  const examples: Record<string, Json> = {};
  for (const [code, { title }] of codes)
    examples[code] = { value: { type: `/problems/${code}`, title, status, detail: `${title}.` } };
  return {
    description: codes.map(([, { title }]) => title).join(' · '),
    ...(status === 429 && {
      headers: { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' } } },
    }),
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples,
      },
    },
  };
}
