import type { ConnectionState, OutboxItem } from '@parley/client';
import type { Conversation, Message, UnreadTotals } from '@parley/protocol';
import { cell } from './cell.ts';

/** What a picture shows: everything that the screens know, without a server behind it. */
export interface Scene {
  conversations: Conversation[];
  logs?: Record<string, Message[]>;
  /** Messages that a thread loads at a time; default: 50. */
  pageSize?: number;
  outbox?: OutboxItem[];
  typing?: Record<string, string[]>;
  present?: Record<string, string[]>;
  connection?: Partial<ConnectionState>;
  inbox?: 'ready' | 'loading' | 'error';
  thread?: 'ready' | 'loading' | 'error';
}

/** Who looks at every scene. */
export const userId = 'sarah';

const unreadOf = (items: readonly Conversation[]): UnreadTotals => ({
  conversations: items.filter((item) => item.seat.unread > 0).length,
  messages: items.reduce((sum, item) => sum + item.seat.unread, 0),
});

/** What all stores of the gallery's client share, and what tests look at. */
export class FixtureWorld {
  readonly conversations;
  readonly outbox;
  readonly unread;
  readonly local = cell<
    ReadonlyMap<string, { failed: OutboxItem | null; waiting: OutboxItem | null; draft: string }>
  >(new Map());
  /** Names of the calls that were made, with their input. */
  readonly calls: { name: string; input: unknown }[] = [];
  readonly sent: OutboxItem[] = [];
  /** How often a message was looked at, by whatever shows it. */
  readonly looks = { count: 0 };
  readonly reads: { id: string; seq: number }[] = [];

  constructor(readonly scene: Scene) {
    this.conversations = cell<readonly Conversation[]>(scene.conversations);
    this.outbox = cell<readonly OutboxItem[]>(scene.outbox ?? []);
    this.unread = cell(unreadOf(scene.conversations));
    this.outbox.subscribe(() => this.refreshLocal());
    this.refreshLocal();
  }

  change(id: string, how: (old: Conversation) => Conversation): void {
    const at = (each: Conversation) => each.lastMessage?.createdAt ?? each.createdAt;
    const changed = this.conversations.getSnapshot().map((each) => (each.id === id ? how(each) : each));
    this.conversations.set(changed.sort((a, b) => at(b).localeCompare(at(a))));
    this.unread.set(unreadOf(changed));
  }

  block(blocked: Conversation['blocked']): void {
    for (const { id } of this.conversations.getSnapshot()) this.change(id, (old) => ({ ...old, blocked }));
  }

  draft(id: string): string {
    return localStorage.getItem(`gallery draft ${id}`) ?? '';
  }

  setDraft(id: string, text: string): void {
    if (text === '') localStorage.removeItem(`gallery draft ${id}`);
    else localStorage.setItem(`gallery draft ${id}`, text);
    this.refreshLocal();
  }

  private refreshLocal(): void {
    const map = new Map<string, { failed: OutboxItem | null; waiting: OutboxItem | null; draft: string }>();
    for (const { id } of this.conversations.getSnapshot()) {
      const draft = this.draft(id);
      const outbox = this.outbox.getSnapshot().filter((item) => item.conversationId === id);
      const failed = outbox.find(({ state }) => state === 'failed') ?? null;
      const waiting = outbox.findLast(({ state }) => state === 'waiting') ?? null;
      if (failed || waiting || draft !== '') map.set(id, { failed, waiting, draft });
    }
    this.local.set(map);
  }
}
