import type { KeyObject } from 'node:crypto';
import { Email, HostId, HttpUrl, Locale, Name, nullable, ProblemError, Role, Uuid } from '@parley/protocol';
import { Ajv } from 'ajv';
import {
  createRemoteJWKSet,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from 'jose';
import type { Config } from '../config.ts';
import type { SignedClaims } from '../actions/sign-in.ts';
import { tokenKey } from '../actions/user-token.ts';
import { cleanProfile } from '../domain/profile.ts';
import { addFormats } from './formats.ts';

/** What a user token may say of its person. Claims that are none of ours are the marketplace's own affair. */
export interface Claims extends SignedClaims {
  /** When the token ends, in seconds since 1970. */
  readonly exp: number;
  /** The one conversation that the token is narrowed to. */
  readonly cid?: string;
}

const claimsSchema = {
  type: 'object',
  required: ['sub', 'exp'],
  properties: {
    sub: HostId,
    exp: { type: 'number' },
    iat: { type: 'number' },
    name: Name,
    email: nullable(Email),
    avatarUrl: nullable(HttpUrl),
    locale: nullable(Locale),
    role: Role,
    cid: Uuid,
  },
};

const maxTokenLength = 8192;
/** Seconds that two clocks may differ: so long a token counts after its end. */
export const clockTolerance = 5;
const remoteAlgorithms = ['RS256', 'ES256', 'EdDSA'];

const isClaims = addFormats(new Ajv({ strict: false, verbose: true })).compile<Claims>(claimsSchema);

type VerifierConfig = Pick<Config, 'secret' | 'jwksUrl' | 'jwksAudience' | 'jwksIssuer'>;

/** Verifies a user token: HS256 with the secret, RS256, ES256 and EdDSA by the key set. Throws `ProblemError`s. */
export type TokenVerifier = (token: string) => Promise<Claims>;

export function createTokenVerifier(config: VerifierConfig): TokenVerifier {
  const secret = tokenKey(config.secret);
  const remote = remoteKeys(config);
  return async (token) => {
    if (token.length > maxTokenLength)
      throw unauthenticated(`The token is longer than ${maxTokenLength} characters.`);
    return readClaims(await verifySignature(token, secret, remote));
  };
}

/** What a payload says, by the rules of `PUT /v1/users/{id}`. */
function readClaims(payload: JWTPayload): Claims {
  const said = withoutEmpty(payload);
  if (isClaims(said)) return cleanClaims(said);
  const [error] = isClaims.errors ?? [];
  const claim = error?.instancePath.slice(1) ?? '';
  throw claim === ''
    ? unauthenticated('The token needs the claims sub and exp.')
    : badClaim(claim, `${error?.parentSchema?.['description'] ?? error?.message}.`);
}

/** What a person may be without, and what everybody has. `cid` is in neither: without it a token opens more. */
const removable = new Set(['email', 'avatarUrl', 'locale']);
const lasting = new Set(['name', 'role']);

/** Hosts send an empty text, or null, for what they do not know of somebody: it is taken away, or left as it is. */
function withoutEmpty(payload: JWTPayload): JWTPayload {
  const said = Object.entries(payload)
    .filter(([claim, value]) => !(lasting.has(claim) && (value === '' || value === null)))
    .map(([claim, value]) => [claim, removable.has(claim) && value === '' ? null : value] as const);
  return Object.fromEntries(said);
}

function cleanClaims(claims: Claims): Claims {
  try {
    return cleanProfile(claims);
  } catch (error) {
    const [field] = error instanceof ProblemError ? (error.problem.errors ?? []) : [];
    throw field === undefined ? error : badClaim(field.pointer.slice(1), field.detail);
  }
}

function badClaim(claim: string, why: string): ProblemError {
  return unauthenticated(`The token's claim ${claim} is not valid: ${why}`);
}

/** The marketplace's key set, and what tokens that it signs have to say. */
interface RemoteKeys {
  readonly keys: JWTVerifyGetKey;
  readonly demands: JWTVerifyOptions;
}

function remoteKeys({ jwksUrl, jwksAudience, jwksIssuer }: VerifierConfig): RemoteKeys | null {
  if (jwksUrl === null) return null;
  const demands = {
    algorithms: remoteAlgorithms,
    ...(jwksAudience !== null && { audience: jwksAudience }),
    ...(jwksIssuer !== null && { issuer: jwksIssuer }),
  };
  return { keys: createRemoteJWKSet(new URL(jwksUrl)), demands };
}

async function verifySignature(
  token: string,
  secret: KeyObject,
  remote: RemoteKeys | null,
): Promise<JWTPayload> {
  try {
    const { alg } = decodeProtectedHeader(token);
    const options = { clockTolerance, requiredClaims: ['sub', 'exp'] };
    if (alg === 'HS256')
      return (await jwtVerify(token, secret, { ...options, algorithms: ['HS256'] })).payload;
    if (alg === undefined || !remoteAlgorithms.includes(alg))
      throw unauthenticated('The token must be signed with HS256, RS256, ES256 or EdDSA.');
    if (remote === null)
      throw unauthenticated(`The token is signed with ${alg}, for which PARLEY_JWKS_URL must be set.`);
    return (await jwtVerify(token, remote.keys, { ...options, ...remote.demands })).payload;
  } catch (error) {
    throw asProblem(error);
  }
}

function asProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof errors.JWTExpired) return unauthenticated('The token has expired; get a fresh one.');
  if (error instanceof errors.JWTClaimValidationFailed)
    return unauthenticated(`The token's claim ${error.claim} is missing or not valid.`);
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey)
    return unauthenticated("The token's signature does not fit: it was signed with another key.");
  if (isKeySetFailure(error))
    return new ProblemError(
      'unavailable',
      "The marketplace's keys (PARLEY_JWKS_URL) cannot be read right now.",
      {
        retryAfter: 5,
      },
    );
  return unauthenticated('The bearer is neither the API key nor a user token (a JWT).');
}

/** The key set could not be fetched or read, which says nothing about the token. */
function isKeySetFailure(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true;
  if (error instanceof errors.JOSEError) return error.code === 'ERR_JOSE_GENERIC';
  return error instanceof TypeError && error.message === 'fetch failed';
}

function unauthenticated(detail: string): ProblemError {
  return new ProblemError('unauthenticated', detail);
}
