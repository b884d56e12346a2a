import { notReached, ParleyError } from './parley-error.ts';
import type { Runtime } from './runtime.ts';

/** The person's token, kept until shortly before it expires. */
export interface Tokens {
  /** A token that is good as far as one can tell. Rejects when `getToken` does, or answers another person's. */
  get(): Promise<string>;
  /** The service did not take this one: the next `get` asks for another. */
  drop(token: string): void;
  /** Whose client this is, or null while that is not known. */
  readonly userId: () => string | null;
  /** The service says whose token it is: for tokens that this client cannot read. */
  bind(userId: string): void;
}

export interface TokensOptions {
  readonly runtime: Pick<Runtime, 'later'>;
  readonly getToken: () => Promise<string>;
  readonly onUser: (userId: string) => void;
  /** The present token is about to expire. */
  readonly onExpiring: () => void;
}

/** Seconds before its end at which a token is renewed; never more than a quarter of its life. */
const margin = 60;

export function createTokens({ runtime, getToken, onUser, onExpiring }: TokensOptions): Tokens {
  let current: string | null = null;
  let asking: Promise<string> | null = null;
  let user: string | null = null;
  let cancelExpiry = () => {};

  function bind(userId: string): void {
    if (user !== null && user !== userId)
      throw new ParleyError({
        type: '/problems/unauthenticated',
        title: 'Another person',
        status: 401,
        detail: 'This client belongs to another person; make a new one.',
      });
    if (user === userId) return;
    user = userId;
    onUser(userId);
  }
  async function ask(): Promise<string> {
    const token = await getToken().catch((error: unknown) => {
      throw error instanceof ParleyError ? error : notReached(String(error));
    });
    const { sub, life } = readClaims(token);
    if (sub !== null) bind(sub);
    current = token;
    cancelExpiry();
    if (life !== null)
      cancelExpiry = runtime.later(
        () => {
          current = null;
          onExpiring();
        },
        (life - Math.min(margin, life / 4)) * 1000,
      );
    return token;
  }
  return {
    get() {
      if (current !== null) return Promise.resolve(current);
      asking ??= ask().finally(() => (asking = null));
      return asking;
    },
    drop(token) {
      if (current === token) current = null;
    },
    userId: () => user,
    bind,
  };
}

/**
 * What a JWT says of itself, unverified: that is the service's business. `life` is in seconds; measured from `iat` where there is
 * one, since the clock here may be wrong.
 */
function readClaims(token: string): { sub: string | null; life: number | null } {
  try {
    const part = token.split('.')[1] ?? '';
    const bytes = Uint8Array.from(atob(part.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof claims !== 'object' || claims === null) return { sub: null, life: null };
    const { sub, exp, iat }: { sub?: unknown; exp?: unknown; iat?: unknown } = claims;
    const start = typeof iat === 'number' ? iat : Date.now() / 1000;
    const life = typeof exp === 'number' && exp > start ? exp - start : null;
    return { sub: typeof sub === 'string' ? sub : null, life };
  } catch {
    return { sub: null, life: null };
  }
}
