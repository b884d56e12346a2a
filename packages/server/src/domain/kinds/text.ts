import type { Kind } from './kind.ts';

/** What a person wrote. */
export const text: Kind = {
  kind: 'text',
  movesHead: true,
  countsAsUnread: true,
  asksForReply: true,
  notifies: true,
  changesTarget: false,
};
