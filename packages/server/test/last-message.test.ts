import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileForm, startBowl, type TestService } from './support/running-service.ts';

let service: TestService;
let john: string;
let conversationId: string;

beforeAll(async () => {
  ({ service, john, conversationId } = await startBowl('A picture follows'));
});
afterAll(() => service.close());

const lastMessage = async () =>
  (await service.ask('getConversation', { as: john, params: { id: conversationId } })).lastMessage;

test('a last message without words says what it carries, until it is taken back', async () => {
  expect(await lastMessage()).not.toHaveProperty('attachmentTypes');
  const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#c84' } })
    .png()
    .toBuffer();
  const { id } = await service.ask('uploadAttachment', { as: john, body: fileForm(picture, 'bowl.png') });
  const { seq } = await service.ask('sendMessage', {
    as: john,
    params: { id: conversationId },
    body: { text: '', clientId: 'c-2', attachmentIds: [id] },
  });
  expect(await lastMessage()).toMatchObject({ seq, text: '', attachmentTypes: ['image/png'] });
  await service.ask('redactMessage', { as: john, params: { id: conversationId, seq } });
  expect(await lastMessage()).toMatchObject({ seq, text: '' });
  expect(await lastMessage()).not.toHaveProperty('attachmentTypes');
});

test('the others of a conversation come in the order of their ids', async () => {
  const members = ['zoe', 'adam', 'Mia', 'ben'];
  for (const id of members) await service.ask('putUser', { params: { id }, body: { name: id } });
  await service.ask('putStore', { params: { id: 'kiln' }, body: { name: 'Kiln', members } });
  await service.ask('putListing', { params: { id: 'vase' }, body: { storeId: 'kiln', title: 'Vase' } });
  const { conversation } = await service.ask('openConversation', {
    as: john,
    body: { listingId: 'vase', text: 'Is it still there?', clientId: 'c-3' },
  });
  expect(conversation.others.map((other) => other.userId)).toEqual(['Mia', 'adam', 'ben', 'zoe']);
});
