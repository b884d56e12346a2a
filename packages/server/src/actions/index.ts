import type { Endpoint, RouteName, endpoints } from '@parley/protocol';
import type { Action, AskerOf } from './action.ts';
import { getConversation, listInbox, openConversation, updateSeat } from './conversations.ts';
import { editMessage, listMessages, redactMessage, sendMessage } from './messages.ts';
import { markRead } from './reads.ts';
import { sync } from './sync.ts';

/** An upload is a stream, so its route stands apart: `http/upload.ts`. */
export type ActionName = Exclude<RouteName, 'uploadAttachment'>;

type AskerFor<N extends RouteName> = AskerOf[(typeof endpoints)[N] extends Endpoint
  ? (typeof endpoints)[N]['asker']
  : never];
type Registry = { readonly [N in ActionName]: Action<N, AskerFor<N>> };

/** The function behind every endpoint, by its name. A new endpoint is a row in protocol's table, a function, and a line here. */
export const actions = {
  openConversation,
  listInbox,
  getConversation,
  listMessages,
  sendMessage,
  editMessage,
  redactMessage,
  markRead,
  updateSeat,
  sync,
} satisfies Partial<Registry>;
