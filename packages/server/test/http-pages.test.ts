import { existsSync, readFileSync } from 'node:fs';
import { get as request, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { routes, type RouteName } from '@parley/protocol';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestService, type TestService } from './support/running-service.ts';
import { at } from './support/socket.ts';

let service: TestService;
const publicFolder = fileURLToPath(new URL('../dist/public', import.meta.url));
const isBuilt = existsSync(`${publicFolder}/inbox.html`);

beforeAll(async () => {
  service = await startTestService({ ALLOWED_ORIGINS: 'https://shop.example' });
});
afterAll(() => service.close());

const get = (path: string) => fetch(`${service.url}${path}`, { redirect: 'manual' });

describe('the hosted pages', () => {
  const pages = [
    '/inbox',
    '/inbox/one',
    '/moderation',
    '/moderation/audit',
    '/c/0199c1f2-5a00-7000-8000-000000000001',
  ];

  test.each(pages)(
    '%s runs nothing but its own scripts, in frames of the marketplace alone',
    async (path) => {
      const response = await get(path);
      expect(response.headers.get('content-type')).toMatch(/^text\/html/);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('referrer-policy')).toBe('no-referrer');
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/unsafe/);
      if (!isBuilt) return expect(await response.text()).toContain('npm run build');
      expect(response.status).toBe(200);
      const { publicUrl } = service.app.context.config;
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain(`frame-ancestors 'self' ${publicUrl} https://shop.example`);
    },
  );

  test('the service’s own address leads to the inbox', async () => {
    const response = await get('/');
    expect([response.status, response.headers.get('location')]).toEqual([302, '/inbox']);
  });

  test.runIf(isBuilt)('an icon is there for pages that name none', async () => {
    const response = await get('/favicon.ico');
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
  });

  test('no file outside of them is served', async () => {
    for (const path of [
      '/assets/../../package.json',
      '/assets/..%2f..%2fpackage.json',
      '/assets/%2e%2e/index.js',
      '/assets/',
    ])
      expect((await get(path)).status).toBeGreaterThanOrEqual(400);
  });
});

describe.runIf(isBuilt)('what the build made', () => {
  interface Wire {
    readonly status: number | undefined;
    readonly headers: IncomingHttpHeaders;
    readonly bytes: Buffer;
  }
  /** As it travels: `fetch` would ask for its own encodings, and undo them. */
  const wire = (path: string, headers: Record<string, string> = {}) =>
    new Promise<Wire>((resolve, reject) => {
      request(`${service.url}${path}`, { headers }, (response) => {
        const { statusCode: status } = response;
        buffer(response).then((bytes) => resolve({ status, headers: response.headers, bytes }), reject);
      }).on('error', reject);
    });
  const asMade = (path: string) => readFileSync(`${publicFolder}${path}`);
  const files = [
    ['/embed.js', 60_000, 'public, max-age=300'],
    ['/assets/inbox.js', 25_000, 'no-cache'],
    ['/assets/hosted.css', 7_000, 'no-cache'],
    ['/docs/swagger-ui-bundle.js', 420_000, 'no-cache'],
    ['/docs/swagger-ui.css', 25_000, 'no-cache'],
  ] as const;

  test.each(files)('%s travels in less than %i bytes, and is what it was', async (path, limit, cache) => {
    for (const [accepted, expected, decode] of [
      ['br, gzip', 'br', brotliDecompressSync],
      ['gzip, deflate', 'gzip', gunzipSync],
    ] as const) {
      const { status, headers, bytes } = await wire(path, { 'accept-encoding': accepted });
      expect([status, headers['content-encoding'], headers.vary]).toEqual([200, expected, 'accept-encoding']);
      expect(headers['content-type']).toMatch(/^(application\/javascript|text\/css); charset=utf-8$/);
      expect(headers['cache-control']).toBe(cache);
      expect(bytes.length).toBeLessThan(limit);
      expect(Number(headers['content-length'])).toBe(bytes.length);
      expect(decode(bytes).equals(asMade(path))).toBe(true);
    }
  });

  test.each(files)('%s is plain to who asks for no encoding, or for none of these', async (path) => {
    for (const accepted of [
      {},
      { 'accept-encoding': 'deflate' },
      { 'accept-encoding': 'br;q=0, gzip;q=0' },
    ]) {
      const { status, headers, bytes } = await wire(path, accepted);
      expect([status, headers['content-encoding'], headers.vary]).toEqual([
        200,
        undefined,
        'accept-encoding',
      ]);
      expect(bytes.equals(asMade(path))).toBe(true);
    }
  });

  test('a file is not sent again to who has it in the same encoding', async () => {
    const brotli = { 'accept-encoding': 'br' };
    const { headers } = await wire('/embed.js', brotli);
    const known = { 'if-none-match': headers.etag ?? '' };
    expect(await wire('/embed.js', { ...brotli, ...known })).toMatchObject({ status: 304 });
    expect(await wire('/embed.js', known)).toMatchObject({ status: 200 });
  });

  test('a file of a few bytes is sent as it is', async () => {
    const { status, headers, bytes } = await wire('/favicon.ico', { 'accept-encoding': 'br, gzip' });
    expect([status, headers['content-encoding']]).toEqual([200, undefined]);
    expect(bytes.equals(asMade('/assets/icon.svg'))).toBe(true);
  });

  test('the API’s answers stay as they are', async () => {
    const { headers } = await wire('/openapi.json', { 'accept-encoding': 'br, gzip' });
    expect(headers['content-encoding']).toBeUndefined();
  });
});

describe('the API’s document', () => {
  test('has every endpoint once, and references nothing that is not there', async () => {
    const text = await (await get('/openapi.json')).text();
    const document: unknown = JSON.parse(text);
    const operations = Object.values(routes).map(([method, path]) => [path, method.toLowerCase()]);
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Parley' } });
    for (const [path = '', method = ''] of operations)
      expect(at(document, 'paths', path, method, 'responses')).toBeTypeOf('object');
    const ids = [...text.matchAll(/"operationId":"(\w+)"/g)].map((match) => match[1]);
    expect(ids.sort()).toEqual(Object.keys(routes).sort());
    for (const [, reference = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g))
      expect(at(document, ...reference.split('/')), reference).toBeTypeOf('object');
  });

  test('says of an endpoint without a body what else it may refuse', async () => {
    const document: unknown = await (await get('/openapi.json')).json();
    const responses = (name: RouteName) =>
      at(document, 'paths', routes[name][1], routes[name][0].toLowerCase(), 'responses');
    expect(responses('redactMessage')).toHaveProperty(['409', '$ref'], '#/components/responses/Problem409');
    expect(responses('getConversation')).not.toHaveProperty('409');
  });

  test('has schemas that are schemas, and examples that they take', async () => {
    const document: unknown = await (await get('/openapi.json')).json();
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const schemas = at(document, 'components', 'schemas');
    const withSchemas = (schema: unknown) => ({
      ...(typeof schema === 'object' && schema),
      components: { schemas },
    });
    const bodies = Object.values(routes).map(([method, path]) =>
      at(document, 'paths', path, method.toLowerCase(), 'requestBody', 'content', 'application/json'),
    );
    for (const body of bodies.filter((one) => one !== undefined)) {
      const example = at(body, 'example');
      const validate = ajv.compile(withSchemas(at(body, 'schema')));
      expect([example, validate(example), validate.errors]).toEqual([expect.anything(), true, null]);
    }
  });

  test('is browsable, with nothing from elsewhere', async () => {
    const page = await get('/docs');
    const html = await page.text();
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    for (const [, path = ''] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect(path).toMatch(/^\/docs\//);
      if (isBuilt) expect((await get(path)).status).toBe(200);
    }
  });
});
