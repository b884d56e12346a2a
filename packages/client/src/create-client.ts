import type { RouteName } from '@parley/protocol';
import { createBase } from './base.ts';
import { watchBrowser } from './browser.ts';
import { takeMessage } from './events.ts';
import { createLive } from './live.ts';
import { createLocal } from './local.ts';
import { newClientId } from './outbox.ts';
import type { CallInput, ClientOptions, ParleyClient } from './types.ts';
import { createUpload } from './upload.ts';

/**
 * A client for one person: it connects at once, stays connected until `close`, and loads what its stores show as soon as somebody
 * subscribes to them.
 *
 * @example
 * const getToken = () => fetch('/chat-token').then((response) => response.text());
 * const client = createClient({ url: 'https://chat.shop.example', getToken });
 * const inbox = client.inbox();
 * inbox.subscribe(() => console.log(inbox.getSnapshot().items));
 */
export function createClient(options: ClientOptions): ParleyClient {
  const base = createBase(
    options,
    () => live.connection.renew(),
    () => live.connection.watchCall(),
  );
  const { runtime, changes, http, tokens, outbox, drafts, prefix } = base;
  const live = createLive(base);
  const { connection, conversations, inboxes, known, profile, events } = live;

  const openConversation: ParleyClient['openConversation'] = async ({
    clientId = newClientId(),
    ...input
  }) => {
    const askedAt = known.cache.stamp();
    const answer = await http.call('openConversation', { body: { ...input, clientId } });
    changes.run(() => {
      if (!known.cache.accept(answer.conversation, askedAt)) known.refetch(answer.conversation.id);
      takeMessage(events, answer.message);
    });
    return answer;
  };
  let unwatch: (() => void) | null = watchBrowser({
    wake: () => connection.wake(),
    offline: () => connection.drop(),
    storage(key) {
      if (key !== null && !key.startsWith(prefix)) return;
      outbox.reload(false);
      drafts.reload();
    },
  });
  connection.start();

  return {
    connection: connection.state,
    me: profile.store,
    unread: known.unread.store,
    local: createLocal(changes, outbox, drafts),
    inbox: (query = {}) => inboxes.get(query),
    conversation: (id) => conversations.store(id),
    openConversation,
    getContact: (listingId) => http.call('getContact', { params: { id: listingId } }),
    upload: createUpload(runtime, tokens),
    async call<N extends RouteName>(name: N, input: CallInput<N>) {
      const answer = await http.call(name, input);
      if (name === 'updateMe') profile.load();
      return answer;
    },
    close() {
      unwatch?.();
      unwatch = null;
      runtime.close();
      connection.close();
    },
  };
}
