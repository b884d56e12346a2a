import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** What a link's token opens, and for whom: one purpose, one person, one thing. */
export type LinkClaims =
  | { readonly purpose: 'conversation'; readonly userId: string; readonly conversationId: string }
  | { readonly purpose: 'unsubscribe'; readonly userId: string; readonly conversationId: string }
  | {
      readonly purpose: 'attachment';
      readonly userId: string;
      readonly attachmentId: string;
      readonly variant: 'original' | 'thumbnail';
    }
  | { readonly purpose: 'session'; readonly userId: string; readonly conversationId?: string };

/** Signed, expiring tokens in links. Signing is synchronous and cheap: attachments' addresses are signed per reader at every reading. */
export interface Links {
  sign(claims: LinkClaims, expiresInSeconds: number): string;
  /** Null when forged, expired, or made for another purpose. */
  verify<P extends LinkClaims['purpose']>(
    purpose: P,
    token: string,
  ): Extract<LinkClaims, { purpose: P }> | null;
  /** Address of an attachment for one reader, under `PUBLIC_URL`, good for 30 to 60 minutes; within a half-hour it stays the same. */
  attachmentUrl(userId: string, attachmentId: string, variant: 'original' | 'thumbnail'): string;
}

const version = 1;
/** Seconds; also how long an attachment's address is good at least. */
const attachmentStep = 1800;
const maxTokenLength = 1000;
const macLength = 32;

type Reader<P extends LinkClaims['purpose']> = (
  values: readonly string[],
) => Extract<LinkClaims, { purpose: P }> | null;

const readers: { readonly [P in LinkClaims['purpose']]: Reader<P> } = {
  conversation: ([userId, conversationId]) =>
    userId !== undefined && conversationId !== undefined
      ? { purpose: 'conversation', userId, conversationId }
      : null,
  unsubscribe: ([userId, conversationId]) =>
    userId !== undefined && conversationId !== undefined
      ? { purpose: 'unsubscribe', userId, conversationId }
      : null,
  attachment: ([userId, attachmentId, variant]) =>
    userId !== undefined && attachmentId !== undefined && (variant === 'original' || variant === 'thumbnail')
      ? { purpose: 'attachment', userId, attachmentId, variant }
      : null,
  session: ([userId, conversationId]) =>
    userId === undefined
      ? null
      : { purpose: 'session', userId, ...(conversationId !== undefined && { conversationId }) },
};

/**
 * Makes and checks the tokens of links: base64url of `version expiry parts…` and its HMAC-SHA256 (RFC 2104), under a key of its own
 * for each purpose (HKDF, RFC 5869), so that no token passes for another kind, nor for a user token.
 */
export function createLinks(secret: string, publicUrl: string, now: () => number = Date.now): Links {
  const keys = new Map<string, Buffer>();
  const keyOf = (purpose: string): Buffer => {
    const known = keys.get(purpose) ?? deriveKey(secret, purpose);
    keys.set(purpose, known);
    return known;
  };
  const signUntil = (claims: LinkClaims, expiry: number): string => {
    const payload = Buffer.from([version, expiry, ...partsOf(claims)].join('\n'));
    return Buffer.concat([mac(keyOf(claims.purpose), payload), payload]).toString('base64url');
  };
  const seconds = (): number => Math.floor(now() / 1000);

  return {
    sign: (claims, expiresInSeconds) => signUntil(claims, seconds() + expiresInSeconds),
    verify(purpose, token) {
      const payload = openToken(keyOf(purpose), token);
      if (payload === null) return null;
      const [tokenVersion, expiry, ...values] = payload.split('\n');
      if (tokenVersion !== String(version) || Number(expiry) <= seconds()) return null;
      return readers[purpose](values);
    },
    attachmentUrl(userId, attachmentId, variant) {
      const expiry = (Math.floor(seconds() / attachmentStep) + 2) * attachmentStep;
      return `${publicUrl}/attachments/${signUntil({ purpose: 'attachment', userId, attachmentId, variant }, expiry)}`;
    },
  };
}

/** A claim's values in the order in which its reader takes them. */
function partsOf(claims: LinkClaims): string[] {
  if (claims.purpose === 'attachment') return [claims.userId, claims.attachmentId, claims.variant];
  return [claims.userId, ...(claims.conversationId === undefined ? [] : [claims.conversationId])];
}

function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `parley link ${purpose}`, 32));
}

function mac(key: Buffer, payload: Buffer): Buffer {
  return createHmac('sha256', key).update(payload).digest();
}

/** What a token carries, or null where its MAC is not ours. */
function openToken(key: Buffer, token: string): string | null {
  if (token.length > maxTokenLength) return null;
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length <= macLength || bytes.toString('base64url') !== token) return null;
  const payload = bytes.subarray(macLength);
  return timingSafeEqual(bytes.subarray(0, macLength), mac(key, payload)) ? payload.toString() : null;
}
