import type { Conversation } from '@parley/protocol';

/** Whom the reader talks to, as a list or a header names them. */
export interface OtherSide {
  id: string;
  name: string;
  imageUrl: string | null;
  kind: 'person' | 'store';
}

/** Who talks, and on which side the reader stands. */
export interface Parties extends Pick<Conversation, 'buyer' | 'store'> {
  seat: Pick<Conversation['seat'], 'side'>;
}

/** A buyer sees the store, a store's member the buyer, a mediator both names. */
export function otherSide({ seat, buyer, store }: Parties): OtherSide {
  if (seat.side === 'buyer')
    return { id: store.id, name: store.name, imageUrl: store.imageUrl, kind: 'store' };
  const name = seat.side === 'moderator' ? `${buyer.name}, ${store.name}` : buyer.name;
  return { id: buyer.id, name, imageUrl: buyer.avatarUrl, kind: 'person' };
}

/** Whether one of these people is on the other side: colleagues of the store are not. */
export function isOtherSide({ seat, buyer }: Parties, userIds: readonly string[]): boolean {
  return userIds.some((id) => seat.side === 'buyer' || id === buyer.id);
}
