import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { actions } from '../src/actions/index.ts';
import type { BusEvent } from '../src/bus/bus.ts';
import { seatSignature } from '../src/db/search-columns.ts';
import { indexTexts } from '../src/jobs/index-texts.ts';
import { startCatalogue, type Catalogue } from './support/catalogue.ts';
import { type TestNode } from './support/node.ts';
import { host, openAbout, person, problemOf, putBowl, send } from './support/shop.ts';

let catalogue: Catalogue;
let node: TestNode;
let other: TestNode;
let heard: BusEvent[];

beforeAll(async () => {
  catalogue = await startCatalogue();
  ({ node, other, heard } = catalogue);
});
afterAll(() => catalogue.close());
beforeEach(() => {
  heard.length = 0;
});

const rows = (sql: string, values?: unknown[]) => catalogue.rows(sql, values);
const changed = (conversationId: string) => catalogue.changed(conversationId);
const freshConversation = (buyer?: string) => catalogue.freshConversation(buyer);
/** Seats whose signature is not the one of what they are found by. */
const unsigned = () =>
  rows(`select p.user_id, p.conversation_id from participants p join conversation_search k using (conversation_id)
    where p.search_signature <> ${seatSignature}`);
const inboxIds = (userId: string, q: string) => catalogue.inboxIds(userId, q);

describe('users', () => {
  test('what a PUT leaves out stays, null empties', async () => {
    const params = { id: 'zoe' };
    const first = await actions.putUser(node.context, host, {
      params,
      body: { name: '  Zoë \n Q ', email: 'zoe@people.test', locale: 'pt', timeZone: 'Europe/Lisbon' },
    });
    expect(first).toMatchObject({ id: 'zoe', name: 'Zoë Q', role: 'member', suspended: false });
    const second = await actions.putUser(node.context, host, { params, body: { name: 'Zoë', email: null } });
    expect(second).toMatchObject({ name: 'Zoë', email: null, locale: 'pt', timeZone: 'Europe/Lisbon' });
    expect(second.createdAt).toBe(first.createdAt);
    expect(await actions.getUser(node.context, host, { params })).toEqual(second);
  });

  test('what cannot be stored is refused by its field', async () => {
    const put = (body: { name: string; avatarUrl?: string; timeZone?: string }) =>
      problemOf(actions.putUser(node.context, host, { params: { id: 'bad' }, body }));
    expect(await put({ name: ' \0 ' })).toBe('invalid /name');
    expect(await put({ name: 'half \ud83d' })).toBe('invalid /name');
    expect(await put({ name: 'Bad', avatarUrl: '/a\0b' })).toBe('invalid /avatarUrl');
    expect(await put({ name: 'Bad', timeZone: 'Moon/Base' })).toBe('invalid /timeZone');
    expect(await problemOf(actions.getUser(node.context, host, { params: { id: 'bad' } }))).toBe('not-found');
  });

  test('a new name is found by the store, and told to both sides', async () => {
    const { id } = await freshConversation('ann');
    expect(await inboxIds('sarah', 'CAFE')).toContain(id);
    await actions.putUser(node.context, host, { params: { id: 'ann' }, body: { name: 'Ánn Crème' } });
    expect(await unsigned()).toEqual([]);
    expect(await inboxIds('sarah', 'creme')).toContain(id);
    expect(await inboxIds('sarah', 'cafe')).not.toContain(id);
    expect(await inboxIds('ann', 'creme')).not.toContain(id);
    expect(changed(id).sort()).toEqual(['ann', 'sarah', 'tom']);
    heard.length = 0;
    await actions.putUser(node.context, host, { params: { id: 'ann' }, body: { name: 'Ánn Crème' } });
    expect(heard).toEqual([]);
  });

  test('what a dying process left unsaid in the search columns is found by the next PUT', async () => {
    const { id } = await freshConversation('ann');
    await node.pool.query(
      `update conversation_search set buyer_search = 'stale' where conversation_id = $1`,
      [id],
    );
    await actions.putUser(node.context, host, { params: { id: 'ann' }, body: { name: 'Ánn Crème' } });
    expect(await inboxIds('sarah', 'creme')).toContain(id);
  });
});

describe('erasing', () => {
  test('name, address, texts and files go; the log keeps its shape', async () => {
    await actions.putUser(node.context, host, {
      params: { id: 'gone' },
      body: { name: 'Gone Soon', email: 'gone@people.test', locale: 'de' },
    });
    const { id } = await freshConversation('gone');
    const attachment = randomUUID();
    await node.context.blobs.put('ab/cd', new Uint8Array([1, 2, 3]));
    await node.pool.query(
      `insert into attachments (id, owner_id, name, type, size, blob) values ($1, 'gone', 'me.png', 'image/png', 3, 'ab/cd')`,
      [attachment],
    );
    await actions.sendMessage(node.context, person('gone'), {
      params: { id },
      body: { text: 'My secret picture', clientId: 'a', attachmentIds: [attachment] },
    });
    await actions.editMessage(node.context, person('gone'), {
      params: { id, seq: 1 },
      body: { text: 'Secret two' },
    });
    await send(node, 'sarah', id, 'The store says this');
    await send(node, 'gone', id, 'Secret last');
    await actions.reportConversation(node.context, person('gone'), {
      body: { conversationId: id, reason: 'other', text: 'Secret report' },
    });
    await node.pool.query(
      `update messages set created_at = created_at - interval '1 minute' where conversation_id = $1`,
      [id],
    );
    await indexTexts(node.context.db);
    const shape = `select seq, kind, author from messages where conversation_id = $1 order by seq`;
    const before = await rows(shape, [id]);
    heard.length = 0;

    expect(await actions.deleteUser(node.context, host, { params: { id: 'gone' } })).toBeNull();

    expect(await rows(shape, [id])).toEqual(before);
    const dump = JSON.stringify([
      await rows('select * from users where id = $1', ['gone']),
      await rows('select * from messages where conversation_id = $1', [id]),
      await rows('select * from conversations where id = $1', [id]),
      await rows('select * from message_texts where conversation_id = $1', [id]),
      await rows('select * from reports'),
      await rows(`select * from attachments where owner_id = 'gone'`),
    ]);
    expect(dump).not.toMatch(/secret|gone soon|gone@|me\.png/i);
    expect(dump).toContain('The store says this');
    expect(await node.context.blobs.get('ab/cd')).toBeNull();
    expect(heard).toContainEqual({ type: 'user.barred', recipients: ['gone'] });
    expect(changed(id)).toContain('sarah');
    const redacted = await rows(
      `select seq from messages where conversation_id = $1 and redacted_at is not null order by seq`,
      [id],
    );
    expect(redacted.map((row) => row.seq)).toEqual([1, 2, 5]);
    expect(await problemOf(send(node, 'gone', id, 'Still here'))).toBe('suspended');
    expect(await problemOf(actions.deleteUser(node.context, host, { params: { id: 'gone' } }))).toBe('none');
    expect(await problemOf(actions.deleteUser(node.context, host, { params: { id: 'nobody' } }))).toBe(
      'not-found',
    );
    expect(await problemOf(actions.createToken(node.context, host, { body: { userId: 'gone' } }))).toBe(
      'not-found',
    );
  });

  test('reaches what a former member wrote, and takes their seats', async () => {
    const put = (members: string[]) =>
      actions.putStore(node.context, host, { params: { id: 'clay' }, body: { name: 'Clay & Co', members } });
    await actions.putUser(node.context, host, { params: { id: 'temp' }, body: { name: 'Temp' } });
    await put(['sarah', 'tom', 'temp']);
    const { id } = await freshConversation();
    await send(node, 'temp', id, 'Words of a temp');
    await put(['sarah', 'tom']);
    await actions.deleteUser(node.context, host, { params: { id: 'temp' } });
    const found = await rows(
      'select body, head_text from messages join conversations c on c.id = conversation_id where author = $1',
      ['temp'],
    );
    expect(found).toEqual([{ body: '', head_text: '' }]);
  });

  test('takes the seat also in a conversation that is being made meanwhile', async () => {
    const put = (members: string[]) =>
      actions.putStore(node.context, host, { params: { id: 'clay' }, body: { name: 'Clay & Co', members } });
    await actions.putUser(node.context, host, { params: { id: 'fleeting' }, body: { name: 'Fleeting' } });
    await put(['sarah', 'tom', 'fleeting']);
    const held = await catalogue.holdOpening();
    const opened = freshConversation();
    await held.waiting();
    const erased = actions.deleteUser(other.context, host, { params: { id: 'fleeting' } });
    await sleep(300);
    await held.release();
    const { id } = await opened;
    await erased;
    const seats = await rows('select user_id from participants where conversation_id = $1 order by 1', [id]);
    expect(seats.map((seat) => seat.user_id)).toEqual(['john', 'sarah', 'tom']);
  });

  test('a text that is being committed meanwhile is gone too', async () => {
    await actions.putUser(node.context, host, { params: { id: 'racer' }, body: { name: 'Racer' } });
    const { id } = await freshConversation('racer');
    const writer = await other.pool.connect();
    await writer.query('begin');
    await writer.query('select 1 from conversations where id = $1 for no key update', [id]);
    const erased = actions.deleteUser(node.context, host, { params: { id: 'racer' } });
    await sleep(300);
    await writer.query(
      `insert into messages (conversation_id, seq, kind, author, side, body, created_at)
       values ($1, 2, 'text', 'racer', 'buyer', 'Last words', now())`,
      [id],
    );
    await writer.query('commit');
    writer.release();
    await erased;
    expect(await rows(`select seq, body from messages where author = 'racer' order by seq`)).toEqual([
      { seq: 1, body: '' },
      { seq: 2, body: '' },
    ]);
  });
});

describe('stores', () => {
  test('unknown and erased members are named by their place', async () => {
    const put = actions.putStore(node.context, host, {
      params: { id: 'new' },
      body: { name: 'New', members: ['sarah', 'nobody', 'gone'] },
    });
    expect(await problemOf(put)).toBe('invalid /members/1 /members/2');
    expect(await problemOf(actions.getStore(node.context, host, { params: { id: 'new' } }))).toBe(
      'not-found',
    );
  });

  test('a new member gets the conversations, one who left loses them', async () => {
    const { id } = await freshConversation();
    await send(node, 'john', id, 'Anybody?');
    const put = (members: string[]) =>
      actions.putStore(node.context, host, { params: { id: 'clay' }, body: { name: 'Clay & Co', members } });
    expect((await put(['tom', 'sarah', 'eve'])).members).toEqual(['eve', 'sarah', 'tom']);
    const seen = await actions.getConversation(node.context, person('eve'), { params: { id } });
    expect(seen.seat).toEqual({ side: 'store', readSeq: 2, unread: 0, muted: false, archived: false });
    expect(seen.needsReply).toBe(true);
    expect(changed(id)).toContain('eve');
    expect(await unsigned()).toEqual([]);
    expect(await send(node, 'eve', id, 'I am')).toBe(3);
    await put(['sarah', 'tom']);
    expect(await problemOf(actions.getConversation(node.context, person('eve'), { params: { id } }))).toBe(
      'not-found',
    );
    expect(await problemOf(send(node, 'eve', id, 'Still?'))).toBe('not-found');
    const store = await actions.getStore(node.context, host, { params: { id: 'clay' } });
    expect(store.members).toEqual(['sarah', 'tom']);
  });

  test('a buyer who becomes a member stays the buyer there', async () => {
    const { id } = await freshConversation('john');
    const put = (members: string[]) =>
      actions.putStore(node.context, host, { params: { id: 'clay' }, body: { name: 'Clay & Co', members } });
    await put(['sarah', 'tom', 'john']);
    const seen = await actions.getConversation(node.context, person('john'), { params: { id } });
    expect(seen.seat.side).toBe('buyer');
    await put(['sarah', 'tom']);
    expect(await problemOf(send(node, 'john', id, 'As a buyer'))).toBe('none');
  });

  test('members that change while conversations are opened all get their seats', async () => {
    const listings = await Promise.all(
      Array.from({ length: 12 }, async () => (await putBowl(node, `l-${randomUUID()}`, 'Race')).id),
    );
    const put = actions.putStore(other.context, host, {
      params: { id: 'clay' },
      body: { name: 'Clay & Co', members: ['sarah', 'tom', 'eve'] },
    });
    const ids = await Promise.all(listings.map((listing) => openAbout(node, 'ann', listing, 'Hi')));
    await put;
    const seats = await rows(
      `select conversation_id from participants where user_id = 'eve' and conversation_id = any($1::uuid[])`,
      [ids],
    );
    expect(seats).toHaveLength(ids.length);
    await actions.putStore(node.context, host, {
      params: { id: 'clay' },
      body: { name: 'Clay & Co', members: ['sarah', 'tom'] },
    });
  });

  test('a new name is found by the buyer', async () => {
    const { id } = await freshConversation();
    await actions.putStore(node.context, host, {
      params: { id: 'clay' },
      body: { name: 'Töpferei', imageUrl: '/t.png', members: ['sarah', 'tom'] },
    });
    expect(await unsigned()).toEqual([]);
    expect(await inboxIds('john', 'topf')).toContain(id);
    expect(await inboxIds('sarah', 'topf')).not.toContain(id);
    expect(changed(id)).toContain('john');
    const back = await actions.putStore(node.context, host, {
      params: { id: 'clay' },
      body: { name: 'Clay & Co', members: ['sarah', 'tom'] },
    });
    expect(back.imageUrl).toBe('/t.png');
  });
});

describe('listings', () => {
  test('fields, and their errors', async () => {
    const params = { id: 'vase' };
    const made = await actions.putListing(node.context, host, {
      params,
      body: {
        storeId: 'clay',
        title: 'Vase',
        price: { amount: 9_007_199_254_740_991, currency: 'JPY' },
        url: '/vase',
      },
    });
    expect(made).toMatchObject({
      status: 'active',
      price: { amount: 9_007_199_254_740_991, currency: 'JPY' },
    });
    const again = await actions.putListing(node.context, host, {
      params,
      body: { storeId: 'clay', title: 'Vase 2', status: 'sold' },
    });
    expect(again).toMatchObject({ title: 'Vase 2', url: '/vase', price: made.price, status: 'sold' });
    const bare = await actions.putListing(node.context, host, {
      params,
      body: { storeId: 'clay', title: 'Vase', price: null },
    });
    expect(bare).toMatchObject({ price: null, url: '/vase' });
    expect(await actions.getListing(node.context, host, { params })).toEqual(bare);
    const put = (storeId: string) =>
      problemOf(actions.putListing(node.context, host, { params, body: { storeId, title: 'V' } }));
    expect(await put('nowhere')).toBe('invalid /storeId');
    expect(await problemOf(actions.getListing(node.context, host, { params: { id: 'no' } }))).toBe(
      'not-found',
    );
  });

  test('stays with its store once there are conversations about it', async () => {
    await actions.putStore(node.context, host, {
      params: { id: 'wood' },
      body: { name: 'Wood', members: [] },
    });
    await putBowl(node, 'mover', 'Mover');
    const move = (storeId: string) =>
      problemOf(
        actions.putListing(node.context, host, {
          params: { id: 'mover' },
          body: { storeId, title: 'Mover' },
        }),
      );
    expect(await move('wood')).toBe('none');
    expect(await move('clay')).toBe('none');
    await openAbout(node, 'john', 'mover', 'Hi');
    expect(await move('wood')).toBe('conflict');
  });

  test('a new title is found by both sides', async () => {
    const { id, listing } = await freshConversation();
    await putBowl(node, listing, 'Señor 100%_Teapot');
    for (const user of ['john', 'sarah']) expect(await inboxIds(user, 'senor 100%_t')).toEqual([id]);
    expect(changed(id).sort()).toEqual(['john', 'sarah', 'tom']);
    expect(await unsigned()).toEqual([]);
  });
});

describe('tokens', () => {
  test('are signed with the secret, for a known person', async () => {
    const { token, expiresAt } = await actions.createToken(node.context, host, {
      body: { userId: 'john', expiresIn: 600 },
    });
    const secret = new TextEncoder().encode(node.context.config.secret);
    const { payload, protectedHeader } = await jwtVerify(token, secret, { algorithms: ['HS256'] });
    expect(protectedHeader.alg).toBe('HS256');
    expect(Object.keys(payload).sort()).toEqual(['exp', 'iat', 'sub']);
    expect(payload.sub).toBe('john');
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(600);
    expect(new Date((payload.exp ?? 0) * 1000).toISOString()).toBe(expiresAt);
    expect(await problemOf(actions.createToken(node.context, host, { body: { userId: 'nobody' } }))).toBe(
      'not-found',
    );
  });
});
