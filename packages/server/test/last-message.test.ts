import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBowl, type TestService } from './support/running-service.ts';

let service: TestService;
let john: string;
let conversationId: string;

beforeAll(async () => {
  ({ service, john, conversationId } = await startBowl('A picture follows'));
});
afterAll(() => service.close());

async function upload(): Promise<string> {
  const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#c84' } })
    .png()
    .toBuffer();
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(picture)]), 'bowl.png');
  const response = await fetch(`${service.url}/v1/attachments`, {
    method: 'POST',
    body: form,
    headers: { authorization: `Bearer ${john}` },
  });
  const answer: unknown = await response.json();
  if (typeof answer !== 'object' || answer === null || !('id' in answer)) throw new Error('Not uploaded');
  return String(answer.id);
}

const lastMessage = async () =>
  (await service.ask('getConversation', { as: john, params: { id: conversationId } })).lastMessage;

test('a last message without words says what it carries, until it is taken back', async () => {
  expect(await lastMessage()).not.toHaveProperty('attachmentTypes');
  const { seq } = await service.ask('sendMessage', {
    as: john,
    params: { id: conversationId },
    body: { text: '', clientId: 'c-2', attachmentIds: [await upload()] },
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
