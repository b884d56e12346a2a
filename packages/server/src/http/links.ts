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
  /** `PUBLIC_URL`-relative address of an attachment for one reader, good for an hour at most. */
  attachmentUrl(userId: string, attachmentId: string, variant: 'original' | 'thumbnail'): string;
}
