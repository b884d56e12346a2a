import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginConversation, startBowl, type TestService } from './support/running-service.ts';
import { at, connectAs } from './support/socket.ts';

let service: TestService;
let mine: string;
let other: string;

beforeAll(async () => {
  ({ service, conversationId: mine } = await startBowl());
  other = await beginConversation(service);
});

afterAll(() => service.close());

/** A socket of the session that an email's link began. */
const connectNarrowed = () => connectAs(service.url, 'john', { cid: mine });

test('for a link’s session other conversations do not exist', async () => {
  const socket = await connectNarrowed();
  const refused = [
    { op: 'send', ref: '1', conversationId: other, clientId: 'c-2', text: 'Hi' },
    { op: 'read', ref: '2', conversationId: other, seq: 1 },
    { op: 'typing', ref: '3', conversationId: other },
    { op: 'presence', ref: 'p', conversationId: other, here: true },
    { op: 'sync', ref: '4', conversations: { [mine]: 0, [other]: 0 } },
  ];
  for (const frame of refused) expect(at(await socket.ask(frame), 'problem', 'status'), frame.op).toBe(404);
  const synced = await socket.ask({ op: 'sync', ref: '5', conversations: { [mine.toUpperCase()]: 0 } });
  expect(at(synced, 'inbox', 'items')).toMatchObject([{ id: mine }]);
  socket.close();
});

test('a link’s session is pushed its own conversation alone', async () => {
  const [socket, sarah] = [await connectNarrowed(), await connectAs(service.url, 'sarah')];
  for (const [ref, conversationId] of [other, mine].entries()) {
    sarah.send({ op: 'typing', conversationId });
    await sarah.ask({ op: 'read', ref: `read ${ref}`, conversationId, seq: 1 });
    await sarah.ask({ op: 'send', ref: `send ${ref}`, conversationId, clientId: 'c-3', text: 'Yes' });
  }
  for (const op of ['typing', 'read', 'message']) await socket.next((frame) => frame['op'] === op);
  expect(JSON.stringify(socket.frames)).not.toContain(other);
  expect(socket.frames.map((frame) => frame['op']).sort()).toEqual(['message', 'read', 'ready', 'typing']);
  socket.close();
  sarah.close();
});
