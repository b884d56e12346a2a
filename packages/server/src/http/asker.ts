import { ProblemError, type Asker as AskerKind } from '@parley/protocol';
import type { FastifyRequest } from 'fastify';
import type { HostAsker, PersonAsker } from '../actions/action.ts';
import { mayModerate } from '../domain/moderation.ts';
import type { Authenticator } from './authenticator.ts';
import type { Limiter } from './rate-limit.ts';

type Asker = HostAsker | PersonAsker;

/**
 * Who a request speaks for; takes it from their allowance, or from its address's where nobody is known. The API key alone is not
 * limited. Throws `ProblemError`s.
 */
export async function identify(
  request: Pick<FastifyRequest, 'headers' | 'ip'>,
  authenticator: Authenticator,
  limiter: Limiter,
): Promise<Asker> {
  try {
    const { asker } = await authenticator.authenticate(bearerOf(request), parleyAsOf(request));
    if (asker.kind === 'person') limiter.require('requests', asker.userId);
    return asker;
  } catch (error) {
    const isStranger = error instanceof ProblemError && error.code === 'unauthenticated';
    if (isStranger) limiter.require('addresses', request.ip);
    throw error;
  }
}

function bearerOf({ headers }: Pick<FastifyRequest, 'headers'>): string {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  if (bearer !== undefined) return bearer;
  throw new ProblemError(
    'unauthenticated',
    'Say who is asking: the header Authorization with Bearer and the API key or a user token.',
  );
}

function parleyAsOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const value = headers['parley-as'];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Why this asker may not make a call for `needed`, or null. */
export function whyNotAsk(needed: AskerKind, asker: Asker): ProblemError | null {
  if (needed === 'host')
    return asker.kind === 'host'
      ? null
      : new ProblemError(
          'forbidden',
          "This call is for the marketplace's back end: use the API key, without the header Parley-As.",
        );
  if (asker.kind === 'host')
    return new ProblemError(
      'person-needed',
      'This call is made for a person: use a user token, or name them in the header Parley-As.',
    );
  if (needed === 'moderator' && !mayModerate(asker))
    return new ProblemError('forbidden', 'This call is for moderators and the owner.');
  return null;
}
