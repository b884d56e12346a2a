import * as protocol from '@parley/protocol';

/** Schemas that the document names instead of repeating them. */
const named = {
  User: protocol.User,
  PutUser: protocol.PutUser,
  Store: protocol.Store,
  PutStore: protocol.PutStore,
  Listing: protocol.Listing,
  PutListing: protocol.PutListing,
  Order: protocol.Order,
  PutOrder: protocol.PutOrder,
  OrderSummary: protocol.OrderSummary,
  Money: protocol.Money,
  Conversation: protocol.Conversation,
  Message: protocol.Message,
  Attachment: protocol.Attachment,
  UploadedAttachment: protocol.UploadedAttachment,
  InboxPage: protocol.InboxPage,
  Contact: protocol.Contact,
  Me: protocol.Me,
  Block: protocol.Block,
  AuditItem: protocol.AuditItem,
  ModerationConversation: protocol.ModerationConversation,
  ModerationConversationDetail: protocol.ModerationConversationDetail,
  Problem: protocol.Problem,
};

/** A JSON value, as a document is made of. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const names = new Map<unknown, string>(Object.entries(named).map(([name, schema]) => [schema, name]));

/** A schema as the document says it: a named one by reference. */
export function documentSchema(schema: object): Json {
  return refer(schema);
}

/** The named schemas, each in full. */
export function componentSchemas(): Record<string, Json> {
  return Object.fromEntries(Object.entries(named).map(([name, schema]) => [name, copy(schema)]));
}

function refer(value: unknown): Json {
  const name = names.get(value);
  return name === undefined ? copy(value) : { $ref: `#/components/schemas/${name}` };
}

function copy(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (Array.isArray(value)) return value.map(refer);
  if (typeof value !== 'object') throw new Error('A schema that is no JSON');
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, refer(inner)]));
}
