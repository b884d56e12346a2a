import type { Kind } from './kind.ts';

/** An earlier text taken back: its words are gone from the row itself. */
export const redaction: Kind = {
  kind: 'redaction',
  movesHead: false,
  countsAsUnread: false,
  asksForReply: false,
  notifies: false,
  changesTarget: true,
};
