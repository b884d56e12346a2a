import type { Kind } from './kind.ts';

/** What the marketplace says of an order. It sends no mail: the marketplace's own mail about the order does. */
export const notice: Kind = {
  kind: 'notice',
  movesHead: true,
  countsAsUnread: true,
  asksForReply: false,
  notifies: false,
  changesTarget: false,
};
