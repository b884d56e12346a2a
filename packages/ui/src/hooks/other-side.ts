import type { Conversation } from '@parley/protocol';

/** Whom the reader talks to, as a list or a header names them. */
export interface OtherSide {
  id: string;
  name: string;
  imageUrl: string | null;
  kind: 'person' | 'store';
}

/** A buyer sees the store, a store's member the buyer, a mediator both names. */
export function otherSide({ seat, buyer, store }: Pick<Conversation, 'seat' | 'buyer' | 'store'>): OtherSide {
  if (seat.side === 'buyer')
    return { id: store.id, name: store.name, imageUrl: store.imageUrl, kind: 'store' };
  const name = seat.side === 'moderator' ? `${buyer.name}, ${store.name}` : buyer.name;
  return { id: buyer.id, name, imageUrl: buyer.avatarUrl, kind: 'person' };
}
