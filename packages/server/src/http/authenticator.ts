import { createHash, timingSafeEqual } from 'node:crypto';
import { ProblemError } from '@parley/protocol';
import type { Context, HostAsker, PersonAsker } from '../actions/action.ts';
import { readSignedIn, signIn, type SignedIn } from '../actions/sign-in.ts';
import { clockTolerance, createTokenVerifier, type Claims } from './token-verifier.ts';

/** Who is asking, and when their token is no longer believed; null where it does not end. */
export interface Authenticated<A = HostAsker | PersonAsker> {
  readonly asker: A;
  readonly expiresAt: Date | null;
}

/** Tells who a bearer speaks for: the one way for requests and sockets alike. All throw `ProblemError`s. */
export interface Authenticator {
  /** The API key, alone or for the person of `Parley-As`, or a user token. */
  authenticate(bearer: string, parleyAs?: string): Promise<Authenticated>;
  /** A user token alone. */
  authenticatePerson(token: string): Promise<Authenticated<PersonAsker>>;
}

/** Verified tokens that are remembered, so that a request neither verifies nor writes anew. */
const maxRemembered = 20_000;

export function createAuthenticator(context: Context): Authenticator {
  const { config } = context;
  const verify = createTokenVerifier(config);
  const apiKey = digest(config.apiKey);
  const remembered = new Map<string, Claims>();

  async function person(token: string): Promise<Authenticated<PersonAsker>> {
    const key = digest(token).toString('base64');
    const known = remembered.get(key);
    if (known !== undefined && known.exp + clockTolerance > Date.now() / 1000) {
      const user = await readSignedIn(context, known.sub);
      if (user !== null) return speakFor(user, known);
    }
    remembered.delete(key);
    const claims = await verify(token);
    const user = await signIn(context, claims);
    remember(remembered, key, claims);
    return speakFor(user, claims);
  }

  async function host(parleyAs: string | undefined): Promise<Authenticated> {
    if (parleyAs === undefined) return { asker: { kind: 'host' }, expiresAt: null };
    const user = await readSignedIn(context, parleyAs);
    if (user === null)
      throw new ProblemError(
        'not-found',
        'The header Parley-As names nobody who is known: PUT /v1/users/{id} first.',
      );
    return { asker: { kind: 'person', ...user }, expiresAt: null };
  }

  return {
    authenticate: (bearer, parleyAs) => {
      if (timingSafeEqual(digest(bearer), apiKey)) return host(parleyAs);
      if (parleyAs === undefined) return person(bearer);
      throw new ProblemError('forbidden', 'The header Parley-As goes with the API key alone; leave it out.');
    },
    authenticatePerson: person,
  };
}

function speakFor(user: SignedIn, claims: Claims): Authenticated<PersonAsker> {
  return {
    asker: {
      kind: 'person',
      ...user,
      ...(claims.cid !== undefined && { conversationId: claims.cid.toLowerCase() }),
    },
    expiresAt: new Date((claims.exp + clockTolerance) * 1000),
  };
}

function remember(remembered: Map<string, Claims>, key: string, claims: Claims): void {
  remembered.set(key, claims);
  if (remembered.size <= maxRemembered) return;
  const oldest = remembered.keys().next();
  if (oldest.done !== true) remembered.delete(oldest.value);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
