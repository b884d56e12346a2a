import { Type, type Static } from 'typebox';
import { Problem } from './problems.ts';
import { Conversation, Message } from './resources.ts';
import { ClientId, closed, HostId, MessageText, ReadSeq, Seq, Uuid } from './schema.ts';
import { AttachmentIds, SyncAnswer, SyncPositions } from './endpoints.ts';

const Ref = Type.String({ minLength: 1, maxLength: 64 });

/** What a client may send over `GET /v1/realtime`, by `op`. */
export const clientFrames = {
  auth: closed({ op: Type.Literal('auth'), ref: Ref, token: Type.String({ maxLength: 8192 }) }),
  send: closed({
    op: Type.Literal('send'),
    ref: Ref,
    conversationId: Uuid,
    clientId: ClientId,
    text: MessageText,
    attachmentIds: Type.Optional(AttachmentIds),
  }),
  read: closed({ op: Type.Literal('read'), ref: Ref, conversationId: Uuid, seq: ReadSeq }),
  typing: closed({ op: Type.Literal('typing'), ref: Type.Optional(Ref), conversationId: Uuid }),
  presence: closed({
    op: Type.Literal('presence'),
    ref: Type.Optional(Ref),
    conversationId: Uuid,
    here: Type.Boolean(),
  }),
  sync: closed({ op: Type.Literal('sync'), ref: Ref, conversations: SyncPositions }),
  ping: closed({ op: Type.Literal('ping'), ref: Ref }),
} as const;

/** What the server sends, by `op`: answers carry the `ref` of what was asked. */
export const serverFrames = {
  ready: closed({ op: Type.Literal('ready'), ref: Ref, userId: HostId }),
  sent: closed({ op: Type.Literal('sent'), ref: Ref, message: Message }),
  ok: closed({ op: Type.Literal('ok'), ref: Ref }),
  sync: closed({ op: Type.Literal('sync'), ref: Ref, ...SyncAnswer.properties }),
  pong: closed({ op: Type.Literal('pong'), ref: Ref }),
  error: closed({ op: Type.Literal('error'), ref: Type.Optional(Ref), problem: Problem }),
  message: closed({ op: Type.Literal('message'), message: Message }),
  read: closed({ op: Type.Literal('read'), conversationId: Uuid, userId: HostId, seq: Seq }),
  typing: closed({ op: Type.Literal('typing'), conversationId: Uuid, userId: HostId }),
  presence: closed({
    op: Type.Literal('presence'),
    conversationId: Uuid,
    userId: HostId,
    here: Type.Boolean(),
  }),
  conversation: closed({ op: Type.Literal('conversation'), conversation: Conversation }),
} as const;

/** Codes with which the server closes a socket. 4000 and up are ours (RFC 6455, 7.4.2). */
export const closeCodes = {
  unauthenticated: 4001,
  authTimeout: 4002,
  forbidden: 4003,
  resync: 4008,
} as const;

type Frame<T extends Record<string, { '~kind'?: string }>> = { [K in keyof T]: Static<T[K]> }[keyof T];
export type ClientFrame = Frame<typeof clientFrames>;
export type ServerFrame = Frame<typeof serverFrames>;
