import type { CallInput, ParleyClient } from '@parley/client';
import { ProblemError, type Answer, type Contact, type Me, type RouteName } from '@parley/protocol';
import { createFixtureClient, type Controls } from '../gallery/fixture-client.ts';
import { conversation, conversationId, log } from '../gallery/fixture-data.ts';
import { auditItems, moderationDetail, moderationMessages, moderationRows } from './panels-data.ts';

/** What a test asks of the fixture, by the address's search (`?fixture=`): none of it is the screens' own. */
export type Mode =
  | 'normal'
  | 'empty'
  | 'error'
  | 'slow'
  | 'own'
  | 'asked'
  | 'bare'
  | 'member'
  | 'failing-send'
  | 'signed-out'
  | 'paged';

const wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

const bowl: Contact = {
  listing: {
    id: 'bowl',
    title: 'Pottery Bowl',
    url: null,
    imageUrl: '/art/4.svg',
    price: { amount: 4200, currency: 'EUR' },
  },
  store: { id: 'clay', name: 'Clay & Co', imageUrl: null },
  responseMinutes: 110,
  conversationId: null,
  own: false,
};
const bare: Contact = {
  listing: {
    id: 'bare',
    title:
      'A very long title of a listing that has neither picture nor price, and that goes on for two lines',
    url: null,
    imageUrl: null,
    price: null,
  },
  store: {
    id: 'long',
    name: 'The Extraordinarily Long-Named Manufactory of Stoneware & Lighting',
    imageUrl: null,
  },
  responseMinutes: null,
  conversationId: null,
  own: false,
};

function person(mode: Mode): Me {
  return {
    id: 'olivia',
    name: mode === 'member' ? 'John D.' : 'Olivia Vermeer',
    email: 'olivia@kiln.example',
    avatarUrl: null,
    locale: 'en',
    timeZone: null,
    role: mode === 'member' ? 'member' : 'owner',
    stores: mode === 'own' ? [{ id: 'clay', name: 'Clay & Co', imageUrl: null }] : [],
    notifications: { email: true },
  };
}

const page = 4;

/** A page of the fixture's rows; cursors are their own offsets. */
function listRows(query: NonNullable<CallInput<'listModerationConversations'>['query']>, mode: Mode) {
  const { status, flag, storeId, q } = query;
  const found = (mode === 'empty' ? [] : moderationRows(q)).filter((row) => {
    const words = `${row.buyer.name} ${row.store.name} ${row.listing.title}`.toLowerCase();
    return (
      (status === undefined || row.status === status) &&
      (flag === undefined || row.flags.includes(flag)) &&
      (storeId === undefined || row.store.id === storeId) &&
      (q === undefined || row.hit !== null || words.includes(q.toLowerCase()))
    );
  });
  const size = mode === 'paged' ? page : 50;
  const from = Number(query.cursor ?? 0);
  const next = from + size < found.length ? String(from + size) : null;
  return { items: found.slice(from, from + size), nextCursor: next };
}

const earlier = (count: number) =>
  log(
    1,
    Array.from({ length: count }, (_none, n) => ({
      by: n % 2 ? ('me' as const) : ('buyer' as const),
      ago: 4e9,
      text: `Earlier ${n + 1}`,
    })),
  );

type Answers = { [N in RouteName]?: (input: CallInput<N>) => Answer<N> };

const answersIn = (mode: Mode): Answers => ({
  listModerationConversations: ({ query }) => listRows(query ?? {}, mode),
  readModerationConversation: ({ params }) => moderationDetail(params.id),
  readModerationMessages: ({ query }) => ({
    items: query?.before === undefined ? moderationMessages() : earlier(query.before - 1),
  }),
  listAudit: () => ({ items: mode === 'empty' ? [] : auditItems(), nextCursor: null }),
});

/** The gallery's client with what the panels need besides: contacts, and the moderators' calls. */
export function createPanelsClient(mode: Mode): { client: ParleyClient; controls: Controls } {
  const thread = conversation({
    n: 1,
    store: 'Clay & Co',
    listing: 'Pottery Bowl',
    unread: 2,
    said: 'It is.',
  });
  const fixture = createFixtureClient({
    conversations: mode === 'empty' ? [] : [thread],
    logs: { [thread.id]: log(1, [{ by: 'seller', ago: 6e4, text: 'It is.' }]) },
  });
  const { client, controls } = fixture;
  const me = person(mode);
  const answers = answersIn(mode);
  const extended: ParleyClient = {
    ...client,
    me: { subscribe: () => () => undefined, getSnapshot: () => me },
    getContact: async (listingId) => {
      controls.calls.push({ name: 'getContact', input: listingId });
      await wait(mode === 'slow' ? 4000 : 10);
      if (mode === 'error') throw new TypeError('Failed to fetch');
      if (mode === 'signed-out') throw new ProblemError('unauthenticated', 'No token.');
      const contact = mode === 'bare' ? bare : bowl;
      return { ...contact, own: mode === 'own', conversationId: mode === 'asked' ? conversationId(1) : null };
    },
    openConversation: async (input) => {
      controls.calls.push({ name: 'openConversation', input });
      await wait(10);
      const tries = controls.calls.filter(({ name }) => name === 'openConversation').length;
      if (mode === 'failing-send' && tries === 1)
        throw new ProblemError('too-many', 'You may open 20 conversations an hour.');
      const [message] = log(1, [{ by: 'me', ago: 0, text: input.text }]);
      if (!message) throw new Error('The fixture made no message');
      return { conversation: thread, message };
    },
    call: async <N extends RouteName>(name: N, input: CallInput<N>) => {
      controls.calls.push({ name, input });
      await wait(mode === 'slow' ? 4000 : 10);
      if (mode === 'error') throw new ProblemError('unavailable', 'The database is being restarted.');
      const answer: Answers[N] = answers[name];
      if (!answer) throw new ProblemError('not-found', `The fixture has no ${name}`);
      return answer(input);
    },
  };
  return { client: extended, controls };
}
