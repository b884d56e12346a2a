/** The service does not know who this browser belongs to: no cookie, or one that has ended. */
export class SignedOutError extends Error {
  constructor() {
    super('This browser has no session');
    this.name = 'SignedOutError';
  }
}

/**
 * A fresh user token for the session whose cookie this browser holds.
 *
 * @throws {SignedOutError} when there is no session
 * @throws {Error} when the service is not reached, or cannot answer
 */
export async function fetchSessionToken(): Promise<string> {
  const answer = await fetch('/session/token', { method: 'POST', credentials: 'same-origin' });
  if (answer.status === 401) throw new SignedOutError();
  if (!answer.ok) throw new Error(`The session's token could not be fetched: ${answer.status}`);
  const body: unknown = await answer.json();
  if (typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string')
    return body.token;
  throw new Error("The session's token is missing in the answer");
}
