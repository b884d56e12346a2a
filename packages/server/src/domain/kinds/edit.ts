import type { Kind } from './kind.ts';

/** An author's new words for an earlier text. */
export const edit: Kind = {
  kind: 'edit',
  movesHead: false,
  countsAsUnread: false,
  asksForReply: false,
  notifies: false,
  changesTarget: true,
};
