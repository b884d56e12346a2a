import type { Endpoint, RouteName, endpoints } from '@parley/protocol';
import type { Action, AskerOf } from './action.ts';
import { listAudit } from './audit.ts';
import { deleteBlock, listBlocks, putBlock } from './blocks.ts';
import { getContact } from './contact.ts';
import { getConversation, listInbox, openConversation, updateSeat } from './conversations.ts';
import { deleteUser } from './erase-user.ts';
import { getListing, putListing } from './listings.ts';
import { getMe, updateMe } from './me.ts';
import { editMessage, listMessages, redactMessage, sendMessage } from './messages.ts';
import {
  listModerationConversations,
  readModerationConversation,
  readModerationMessages,
} from './moderation.ts';
import { getOrder, putOrder } from './orders.ts';
import { markRead } from './reads.ts';
import { reportConversation } from './reports.ts';
import { getStore, putStore } from './stores.ts';
import { sync } from './sync.ts';
import { createToken } from './tokens.ts';
import { getUser, putUser } from './users.ts';

/** An upload is a stream, so its route stands apart: `http/attachments.ts`. */
export type ActionName = Exclude<RouteName, 'uploadAttachment'>;

type AskerFor<N extends RouteName> = AskerOf[(typeof endpoints)[N] extends Endpoint
  ? (typeof endpoints)[N]['asker']
  : never];
type Registry = { readonly [N in ActionName]: Action<N, AskerFor<N>> };

/** The function behind every endpoint, by its name. A new endpoint is a row in protocol's table, a function, and a line here. */
export const actions = {
  putUser,
  getUser,
  deleteUser,
  putStore,
  getStore,
  putListing,
  getListing,
  putOrder,
  getOrder,
  createToken,
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
  reportConversation,
  putBlock,
  deleteBlock,
  listBlocks,
  getMe,
  updateMe,
  getContact,
  listModerationConversations,
  readModerationConversation,
  readModerationMessages,
  listAudit,
} satisfies Registry;
