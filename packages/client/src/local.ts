import type { Changes } from './changes.ts';
import type { Drafts } from './drafts.ts';
import type { Outbox } from './outbox.ts';
import { keepRecord } from './same.ts';
import type { LocalState, Store } from './types.ts';

/** Which conversations have something in the outbox or a draft. */
export function createLocal(
  changes: Changes,
  outbox: Outbox,
  drafts: Drafts,
): Store<ReadonlyMap<string, LocalState>> {
  return changes.store<ReadonlyMap<string, LocalState>>((previous) => {
    const next = new Map<string, LocalState>();
    for (const [id, draft] of drafts.all()) next.set(id, { failed: null, waiting: null, draft });
    for (const item of outbox.all()) {
      const { failed = null, waiting = null, draft = '' } = next.get(item.conversationId) ?? {};
      next.set(item.conversationId, {
        failed: failed ?? (item.state === 'failed' ? item : null),
        waiting: item.state === 'waiting' ? item : waiting,
        draft,
      });
    }
    for (const [id, local] of next) next.set(id, keepRecord(previous?.get(id), local));
    const same = previous?.size === next.size && [...next].every(([id, local]) => previous.get(id) === local);
    return same ? previous : next;
  });
}
