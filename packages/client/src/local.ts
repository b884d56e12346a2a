import type { Changes } from './changes.ts';
import type { Drafts } from './drafts.ts';
import type { Outbox } from './outbox.ts';
import { keepRecord } from './same.ts';
import type { OutboxItem, Store } from './types.ts';

interface Local {
  failed: OutboxItem | null;
  waiting: OutboxItem | null;
  draft: string;
}

/** Which conversations have something in the outbox or a draft. */
export function createLocal(
  changes: Changes,
  outbox: Outbox,
  drafts: Drafts,
): Store<ReadonlyMap<string, Local>> {
  return changes.store<ReadonlyMap<string, Local>>((previous) => {
    const next = new Map<string, Local>();
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
