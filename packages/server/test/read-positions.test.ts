import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { actions } from '../src/actions/index.ts';
import { startCatalogue, type Catalogue } from './support/catalogue.ts';
import { person, send } from './support/shop.ts';

let catalogue: Catalogue;

beforeAll(async () => {
  catalogue = await startCatalogue();
});
afterAll(() => catalogue.close());

const read = (node: Catalogue['node'], id: string, seq: number) =>
  actions.markRead(node.context, person('sarah'), { params: { id }, body: { seq } });

const seat = async (id: string) =>
  (
    await catalogue.rows(
      `select read_seq, unread, notify_at is null as calm from participants where conversation_id = $1 and user_id = 'sarah'`,
      [id],
    )
  )[0];

test('what is read while others write on two nodes is counted once, and its email waits as long as something is unread', async () => {
  const { node, other } = catalogue;
  const { id } = await catalogue.freshConversation();
  const count = 150;
  // Its first message opened it.
  const last = 1 + 2 * count;
  const writing = [node, other].map(async (from) => {
    for (let sent = 0; sent < count; sent += 1) await send(from, 'john', id, `${sent}`);
  });
  let going = true;
  const reading = [node, other].map(async (at, offset) => {
    for (let seq = offset; going; seq = Math.min(seq + 3, count)) await read(at, id, seq);
  });
  await Promise.all(writing);
  going = false;
  await Promise.all(reading);
  const [expected] = await catalogue.rows(
    `select p.read_seq, count(m.seq)::int as unread, count(m.seq) = 0 as calm from participants p
       left join messages m on m.conversation_id = p.conversation_id and m.seq > p.read_seq and m.author <> p.user_id
     where p.conversation_id = $1 and p.user_id = 'sarah' group by p.read_seq`,
    [id],
  );
  expect(await seat(id)).toEqual(expected);
  await read(node, id, last - 1);
  expect(await seat(id)).toEqual({ read_seq: last - 1, unread: 1, calm: false });
  await read(node, id, last);
  expect(await seat(id)).toEqual({ read_seq: last, unread: 0, calm: true });
  await read(node, id, 1);
  expect(await seat(id)).toMatchObject({ read_seq: last });
});

test('a conversation that a stranger’s transaction holds can be read', async () => {
  const { id } = await catalogue.freshConversation();
  await send(catalogue.node, 'john', id, 'Hello');
  const stranger = new pg.Client({ connectionString: catalogue.database.url });
  await stranger.connect();
  try {
    await stranger.query('begin');
    await stranger.query('select 1 from conversations where id = $1 for update', [id]);
    await read(catalogue.node, id, 1_000);
    expect(await seat(id)).toMatchObject({ unread: 0 });
  } finally {
    await stranger.end();
  }
});
