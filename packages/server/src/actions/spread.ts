import { sql, type Kysely } from 'kysely';
import { NIL } from 'uuid';
import type { BusEvent } from '../bus/bus.ts';
import { inScope, lockConversations, staleSearch, writeSearch, type Scope } from '../db/search-columns.ts';
import { loadSeatHolders } from '../db/seat-holders.ts';
import { reconcileSeats, staleSeats } from '../db/store-seats.ts';
import type { Tables } from '../db/tables.ts';
import { transact } from '../db/transact.ts';
import type { Context } from './action.ts';

/** Conversations in one transaction: few, since their sends wait for it. */
const batchSize = 200;

/**
 * Brings conversations up to what the mirror of the marketplace says after a change of it: what they are found by, a store's seats;
 * and tells their participants. Done after the change itself is committed, in small steps; what a dying process left undone
 * is found and done by the next call for the same thing. `shown` when the change shows in every conversation of the scope.
 */
export async function spread(context: Context, scope: Scope, shown: boolean): Promise<void> {
  for (let after: string = NIL; ;) {
    const conversationIds = await nextIds(context.db, scope, shown, after);
    const last = conversationIds.at(-1);
    if (last === undefined) return;
    await transact(context.db, async (trx) => {
      await lockConversations(trx, conversationIds);
      if ('storeId' in scope) await reconcileSeats(trx, conversationIds);
      await writeSearch(trx, conversationIds);
    });
    context.bus.publish(await changedEvents(context.db, conversationIds));
    after = last;
  }
}

async function nextIds(db: Kysely<Tables>, scope: Scope, shown: boolean, after: string): Promise<string[]> {
  const stale =
    'storeId' in scope ? sql`${staleSearch(scope)} union ${staleSeats(scope.storeId)}` : staleSearch(scope);
  const ids = shown ? sql`select c.id from conversations c where ${inScope(scope)}` : stale;
  const rows = await sql<{ id: string }>`select id from (${ids}) x where id > ${after}::uuid
    order by id limit ${batchSize}`.execute(db);
  return rows.rows.map((row) => row.id);
}

/** `conversation.changed` for everybody who sits in these conversations. */
export async function changedEvents(
  db: Kysely<Tables>,
  conversationIds: readonly string[],
): Promise<BusEvent[]> {
  const holders = await loadSeatHolders(db, conversationIds);
  return [...holders].flatMap(([conversationId, recipients]): BusEvent[] =>
    recipients.length === 0 ? [] : [{ type: 'conversation.changed', recipients, conversationId }],
  );
}
