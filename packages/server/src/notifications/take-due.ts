import { sql, type Kysely, type Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Tables } from '../db/tables.ts';

/** Seats taken in one transaction. */
const batchSize = 100;
/** The queue waits e^n seconds after the nth try, so that the thirteenth and last comes about 22 hours after the first. */
const maxAttempts = 13;

interface Seat {
  user_id: string;
  conversation_id: string;
  read_seq: number;
  notified_seq: number;
  unread: number;
}

export interface TakeOptions {
  /** Names of the channels that are to speak. */
  readonly channels: readonly string[];
  /** What `Message-ID`s end with. */
  readonly domain: string;
}

/**
 * Takes the seats that are due and hands each to the queue, one delivery and job per channel, all in one transaction: whichever process
 * dies when, none is lost or taken twice. Seats that have nothing unread are only cleared.
 *
 * @returns how many seats were taken
 */
export function takeDue(db: Kysely<Tables>, options: TakeOptions): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const { rows: seats } = await sql<Seat>`
      select user_id, conversation_id, read_seq, notified_seq, unread from participants
      where notify_at <= now() order by notify_at limit ${batchSize} for update skip locked`.execute(trx);
    if (seats.length === 0) return 0;
    // Read after the seats are locked: a message that comes meanwhile makes its seat due anew, and is not spoken of here.
    const heads = await readHeads(trx, seats);
    const headOf = (seat: Seat) => heads.get(seat.conversation_id) ?? 0;
    await queueDeliveries(
      trx,
      seats.filter((seat) => seat.unread > 0),
      headOf,
      options,
    );
    await sql`
      update participants p set notify_at = null,
        notified_seq = case when p.unread > 0 then greatest(p.notified_seq, t.upto) else p.notified_seq end
      from unnest(${seats.map((seat) => seat.user_id)}::text[], ${seats.map((seat) => seat.conversation_id)}::uuid[],
        ${seats.map(headOf)}::int[]) as t(user_id, conversation_id, upto)
      where p.user_id = t.user_id and p.conversation_id = t.conversation_id`.execute(trx);
    return seats.length;
  });
}

/** Milliseconds until the next seat is due; infinite when none is. */
export async function nextDue(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ wait: number | null }>`
    select (extract(epoch from min(notify_at) - clock_timestamp()) * 1000)::float8 as wait
    from participants where notify_at is not null`.execute(db);
  return rows[0]?.wait ?? Infinity;
}

async function readHeads(trx: Transaction<Tables>, seats: readonly Seat[]): Promise<Map<string, number>> {
  const ids = [...new Set(seats.map((seat) => seat.conversation_id))];
  const rows = await trx
    .selectFrom('conversations')
    .select(['id', 'last_seq'])
    .where('id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.id, row.last_seq]));
}

async function queueDeliveries(
  trx: Transaction<Tables>,
  seats: readonly Seat[],
  headOf: (seat: Seat) => number,
  { channels, domain }: TakeOptions,
): Promise<void> {
  const rows = seats.flatMap((seat) =>
    channels.map((channel) => deliveryRow(seat, channel, headOf(seat), domain)),
  );
  if (rows.length === 0) return;
  await trx.insertInto('deliveries').values(rows).execute();
  await sql`select graphile_worker.add_job('deliver', json_build_object('deliveryId', id),
      job_key => 'deliver:' || id, max_attempts => ${maxAttempts}::int)
    from unnest(${rows.map((row) => row.id)}::text[]) as id`.execute(trx);
}

function deliveryRow(seat: Seat, channel: string, upto: number, domain: string) {
  const id = uuidv7();
  return {
    id,
    user_id: seat.user_id,
    conversation_id: seat.conversation_id,
    channel,
    from_seq: Math.max(seat.read_seq, seat.notified_seq),
    upto_seq: upto,
    message_id: `<${id}@${domain}>`,
    state: 'due' as const,
  };
}
