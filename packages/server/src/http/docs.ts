import type { FastifyInstance } from 'fastify';
import { openApiDocument } from './openapi.ts';
import { sendBuilt } from './static-files.ts';
import { version } from './version.ts';

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Parley's API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="swagger"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
`;
const start = `window.ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger', deepLinking: true, tryItOutEnabled: false, persistAuthorization: false });`;

/** Swagger UI writes styles into its elements; it loads nothing from elsewhere. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/** `/openapi.json`, and `/docs` to browse it. */
export function addDocs(app: FastifyInstance, publicUrl: string): void {
  const document = JSON.stringify(openApiDocument(publicUrl, version()));
  app.get('/openapi.json', (_request, reply) =>
    reply
      .headers({ 'access-control-allow-origin': '*', 'cache-control': 'no-cache' })
      .type('application/json; charset=utf-8')
      .send(document),
  );
  const headers = {
    'content-security-policy': policy,
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-cache',
  };
  const serve = (path: string, type: string, body: string) =>
    app.get(path, (_request, reply) => reply.headers(headers).type(type).send(body));
  serve('/docs', 'text/html; charset=utf-8', page);
  serve('/docs/start.js', 'text/javascript; charset=utf-8', start);
  for (const file of ['docs/swagger-ui.css', 'docs/swagger-ui-bundle.js'])
    app.get(`/${file}`, (_request, reply) => sendBuilt(reply.headers(headers), file, 'no-cache'));
}
