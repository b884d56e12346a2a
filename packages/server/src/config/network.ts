import { parseUrl, type Reader } from './reader.ts';

export interface NetworkConfig {
  /** 0 takes a free one. */
  readonly port: number;
  readonly host: string;
  /** Origin of the service as people reach it, without a slash at its end. */
  readonly publicUrl: string;
  /** Redis or Valkey that carries events between nodes; null: PostgreSQL does. */
  readonly redisUrl: string | null;
  /** Origins that browsers may call and connect from, and may show the hosted pages in a frame; `publicUrl`'s included. */
  readonly allowedOrigins: readonly string[];
  /** Whose `X-Forwarded-For` is believed: nobody's, everybody's, that of so many hops, or of these addresses. */
  readonly trustProxy: boolean | number | readonly string[];
  readonly marketplaceHosts: readonly string[];
  /** The marketplace's page for a conversation, with `{conversationId}` in it; null: Parley's own. */
  readonly conversationUrl: string | null;
  readonly jwksUrl: string | null;
  /** What `aud` and `iss` must say in tokens that a key of `jwksUrl` signed; null: anything. */
  readonly jwksAudience: string | null;
  readonly jwksIssuer: string | null;
}

export function readNetwork(reader: Reader): NetworkConfig {
  const port = reader.integer('PORT', { min: 0, max: 65_535 }) ?? 4000;
  const publicUrl = readOrigin(reader, 'PUBLIC_URL', reader.text('PUBLIC_URL')) ?? `http://localhost:${port}`;
  return {
    port,
    host: reader.text('HOST') ?? '127.0.0.1',
    publicUrl,
    redisUrl: reader.url('REDIS_URL', ['redis:', 'rediss:']),
    allowedOrigins: readAllowedOrigins(reader, publicUrl),
    trustProxy: readTrustProxy(reader),
    marketplaceHosts: readHosts(reader, publicUrl),
    conversationUrl: readConversationUrl(reader),
    ...readKeySet(reader),
  };
}

function readKeySet(reader: Reader): Pick<NetworkConfig, 'jwksUrl' | 'jwksAudience' | 'jwksIssuer'> {
  for (const name of ['PARLEY_JWKS_AUDIENCE', 'PARLEY_JWKS_ISSUER'])
    if (reader.text(name) !== null && reader.text('PARLEY_JWKS_URL') === null)
      reader.fail(`${name} is about tokens that a key of PARLEY_JWKS_URL signs, which is not set.`);
  return {
    jwksUrl: reader.url('PARLEY_JWKS_URL', ['https:', 'http:']),
    jwksAudience: reader.text('PARLEY_JWKS_AUDIENCE'),
    jwksIssuer: reader.text('PARLEY_JWKS_ISSUER'),
  };
}

function readOrigin(reader: Reader, name: string, value: string | null): string | null {
  if (value === null) return null;
  const url = parseUrl(value);
  const isWeb = url !== null && ['http:', 'https:'].includes(url.protocol);
  if (isWeb && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '')
    return url.origin;
  reader.fail(
    `${name} must be an address without a path, such as https://chat.shop.example, not "${value}".` +
      (isWeb ? ' Parley answers at the root of its host: give it a host name of its own.' : ''),
  );
  return null;
}

function readAllowedOrigins(reader: Reader, publicUrl: string): string[] {
  const given = reader.list('ALLOWED_ORIGINS') ?? [];
  const origins = given.map((value) => readOrigin(reader, 'ALLOWED_ORIGINS', value));
  return [...new Set([publicUrl, ...origins.filter((origin) => origin !== null)])];
}

function readTrustProxy(reader: Reader): boolean | number | string[] {
  const value = reader.text('TRUST_PROXY') ?? 'false';
  if (value === 'true' || value === 'false') return value === 'true';
  if (/^[1-9]\d?$/.test(value)) return Number(value);
  const addresses = reader.list('TRUST_PROXY') ?? [];
  if (addresses.every((address) => /^[0-9a-fA-F.:]+(\/\d{1,3})?$/.test(address))) return addresses;
  reader.fail(
    `TRUST_PROXY must be true, false, a number of proxies, or their addresses such as 10.0.0.0/8, not "${value}".`,
  );
  return false;
}

function readHosts(reader: Reader, publicUrl: string): string[] {
  if (reader.text('MARKETPLACE_HOSTS') !== null)
    reader.warn('MARKETPLACE_HOSTS has no effect: this version does not judge links yet.');
  const hosts = (reader.list('MARKETPLACE_HOSTS') ?? [new URL(publicUrl).hostname]).map((host) =>
    host.toLowerCase(),
  );
  const wrong = hosts.filter((host) => !/^[a-z0-9.-]{1,253}$/.test(host));
  if (wrong.length > 0)
    reader.fail(`MARKETPLACE_HOSTS must be host names such as shop.example, not "${wrong.join(', ')}".`);
  return hosts;
}

function readConversationUrl(reader: Reader): string | null {
  const value = reader.url('CONVERSATION_URL', ['https:', 'http:']);
  if (value === null || value.includes('{conversationId}')) return value;
  reader.fail(
    'CONVERSATION_URL must say where the id goes, such as https://shop.example/messages/{conversationId}.',
  );
  return null;
}
