import type { Context } from './action.ts';
import { loadConversation } from '../db/conversations.ts';

/** Whose emails a link is about, as its token says. */
export interface EmailScope {
  readonly userId: string;
  readonly conversationId: string;
}

/** What a person may do about their emails from a mail's link, without signing in. */
export const emailChanges = ['stop', 'resume', 'stop-all', 'resume-all'] as const;
export type EmailChange = (typeof emailChanges)[number];

export interface EmailPreferences {
  /** No emails about this conversation. */
  readonly conversationOff: boolean;
  /** No emails about messages at all. */
  readonly allOff: boolean;
  /** The other side's name and the listing's title, for the page to say what it is about. */
  readonly otherName: string;
  readonly title: string;
  readonly locale: string | null;
}

/** What holds for a person's emails now, or null where the person or their seat is gone. */
export async function readEmailPreferences(
  { db }: Pick<Context, 'db'>,
  { userId, conversationId }: EmailScope,
): Promise<EmailPreferences | null> {
  const row = await db
    .selectFrom('participants as p')
    .innerJoin('users as u', 'u.id', 'p.user_id')
    .select(['p.email_off', 'u.email_notifications', 'u.locale'])
    .where('p.user_id', '=', userId)
    .where('p.conversation_id', '=', conversationId)
    .where('u.erased_at', 'is', null)
    .executeTakeFirst();
  const conversation = row && (await loadConversation(db, userId, conversationId));
  if (!row || !conversation) return null;
  const { seat, buyer, store, listing } = conversation;
  return {
    conversationOff: row.email_off,
    allOff: !row.email_notifications,
    otherName: seat.side === 'buyer' ? store.name : buyer.name,
    title: listing.title,
    locale: row.locale,
  };
}

/** Stops or resumes emails: about one conversation on the seat, about all of them on the person. Repeating it changes nothing. */
export async function changeEmailPreferences(
  { db }: Pick<Context, 'db'>,
  { userId, conversationId }: EmailScope,
  change: EmailChange,
): Promise<void> {
  const off = change.startsWith('stop');
  if (change === 'stop' || change === 'resume') {
    await db
      .updateTable('participants')
      .set({ email_off: off })
      .where('user_id', '=', userId)
      .where('conversation_id', '=', conversationId)
      .execute();
  } else {
    await db
      .updateTable('users')
      .set({ email_notifications: !off })
      .where('id', '=', userId)
      .where('erased_at', 'is', null)
      .execute();
  }
}
