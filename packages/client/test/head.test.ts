import { expect, it } from 'vitest';
import type { Attachment, Conversation, Message } from '@parley/protocol';
import { afterMessage } from '../src/head.ts';

const at = '2026-01-01T00:00:00.000Z';
const conversation: Conversation = {
  id: '00000000-0000-7000-8000-000000000001',
  status: 'open',
  createdAt: at,
  lastSeq: 0,
  listing: { id: 'bowl', title: 'Bowl', url: null, imageUrl: null, price: null },
  orders: [],
  buyer: { id: 'john', name: 'John', avatarUrl: null },
  store: { id: 'clay', name: 'Clay & Co', imageUrl: null },
  lastMessage: null,
  seat: { side: 'store', readSeq: 0, unread: 0, muted: false, archived: false },
  others: [{ userId: 'john', readSeq: 0 }],
  needsReply: false,
  blocked: null,
};
const photo: Attachment = {
  id: conversation.id,
  name: 'bowl.jpg',
  type: 'image/jpeg',
  size: 1,
  url: '/bowl.jpg',
};
const message = (seq: number, change: Partial<Message>): Message => ({
  conversationId: conversation.id,
  seq,
  kind: 'text',
  text: '',
  author: { side: 'buyer', userId: 'john', name: 'John' },
  clientId: null,
  createdAt: at,
  attachments: [],
  ...change,
});

it('keeps of a message without words what it carries, until it is taken back', () => {
  const sent = afterMessage(conversation, message(1, { attachments: [photo] }), 'sarah');
  expect(sent.lastMessage).toMatchObject({ seq: 1, text: '', attachmentTypes: ['image/jpeg'] });
  const gone = afterMessage(sent, message(2, { kind: 'redaction', target: 1 }), 'sarah');
  expect(gone.lastMessage).toMatchObject({ seq: 1, text: '' });
  expect(gone.lastMessage).not.toHaveProperty('attachmentTypes');
});

it('names no attachments beside words', () => {
  const sent = afterMessage(conversation, message(1, { text: 'Look', attachments: [photo] }), 'sarah');
  expect(sent.lastMessage).not.toHaveProperty('attachmentTypes');
});
