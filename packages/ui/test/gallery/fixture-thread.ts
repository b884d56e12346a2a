import type { ConversationSnapshot, ConversationStore, OutboxItem } from '@parley/client';
import { ProblemError, type Author, type Message } from '@parley/protocol';
import { cell, wait, type Cell } from './cell.ts';
import { userId, type FixtureWorld } from './fixture-world.ts';
import { watched } from './watched.ts';

const nothing = {
  messages: [],
  outbox: [],
  hasEarlier: false,
  loadingEarlier: false,
  typing: [],
  present: [],
};

type New = Pick<Message, 'text' | 'author' | 'clientId'> & { attachments?: Message['attachments'] };

/** The list that was shown before where it says the same, as the client keeps it. */
function kept<T>(before: readonly T[] | undefined, next: readonly T[]): readonly T[] {
  const same = before?.length === next.length && next.every((each, index) => each === before[index]);
  return same ? before : next;
}

/** One conversation of the world: its log a page at a time, and what one does in it. */
export class FixtureThread implements ConversationStore {
  private all: readonly Message[];
  private from: number;
  private readonly pageSize: number;
  private typing: readonly string[];
  private readonly present: readonly string[];
  private loadingEarlier = false;
  private readonly value: Cell<ConversationSnapshot>;
  readonly draft;

  constructor(
    private readonly id: string,
    private readonly world: FixtureWorld,
  ) {
    this.all = (world.scene.logs?.[id] ?? []).map((each) => watched(each, () => world.looks.count++));
    this.pageSize = world.scene.pageSize ?? 50;
    this.from = Math.max(0, this.all.length - this.pageSize);
    this.typing = world.scene.typing?.[id] ?? [];
    this.present = world.scene.present?.[id] ?? [];
    this.draft = { get: () => world.draft(id), set: (text: string) => world.setDraft(id, text) };
    this.value = cell(this.snapshot());
    world.conversations.subscribe(() => this.renew());
    world.outbox.subscribe(() => this.renew());
  }

  private get conversation() {
    return this.world.conversations.getSnapshot().find((each) => each.id === this.id) ?? null;
  }

  private snapshot(before?: ConversationSnapshot): ConversationSnapshot {
    const { conversation, world, id, from, typing, present, loadingEarlier } = this;
    const status = conversation ? (world.scene.thread ?? 'ready') : 'error';
    if (status !== 'ready') {
      const { problem } = new ProblemError('not-found', 'There is no such conversation.');
      return { status, conversation: null, ...nothing, problem: status === 'error' ? problem : null };
    }
    const outbox = world.outbox.getSnapshot().filter((item) => item.conversationId === id);
    return {
      status,
      conversation,
      messages: kept(before?.messages, this.all.slice(from)),
      outbox: kept(before?.outbox, outbox),
      hasEarlier: from > 0,
      loadingEarlier,
      typing,
      present,
      problem: null,
    };
  }

  private readonly renew = () => this.value.set(this.snapshot(this.value.getSnapshot()));
  readonly subscribe = (listener: () => void) => this.value.subscribe(listener);
  readonly getSnapshot = () => this.value.getSnapshot();

  private append({ attachments = [], ...said }: New): void {
    const seq = (this.all.at(-1)?.seq ?? 0) + 1;
    const createdAt = new Date().toISOString();
    const rest = { conversationId: this.id, seq, kind: 'text', createdAt, attachments } as const;
    this.all = [...this.all, { ...rest, ...said }];
    const { side, userId: by } = said.author;
    const lastMessage = {
      seq,
      kind: 'text',
      text: said.text,
      author: { side, userId: by },
      createdAt,
    } as const;
    this.world.change(this.id, (old) => ({
      ...old,
      lastSeq: seq,
      lastMessage,
      seat:
        by === userId
          ? { ...old.seat, readSeq: seq, unread: 0 }
          : { ...old.seat, unread: old.seat.unread + 1 },
    }));
  }

  private async deliver({ clientId, text, attachments }: OutboxItem): Promise<void> {
    await wait(60);
    this.discard(clientId);
    this.append({
      text,
      clientId,
      author: { side: this.conversation?.seat.side ?? 'store', userId, name: 'Sarah' },
      attachments: attachments.map((each) => ({ ...each, url: '/art/1.svg' })),
    });
  }

  readonly loadEarlier = async () => {
    if (this.loadingEarlier || this.from === 0) return;
    this.loadingEarlier = true;
    this.renew();
    await wait(80);
    this.loadingEarlier = false;
    this.from = Math.max(0, this.from - this.pageSize);
    this.renew();
  };

  readonly send: ConversationStore['send'] = ({ text, attachments = [] }) => {
    const clientId = crypto.randomUUID();
    const createdAt = new Date().toISOString();
    const rest = { conversationId: this.id, createdAt, state: 'sending', problem: null } as const;
    const item: OutboxItem = { clientId, text, attachments, ...rest };
    this.world.outbox.set([...this.world.outbox.getSnapshot(), item]);
    this.world.sent.push(item);
    void this.deliver(item);
    return clientId;
  };

  readonly retry = (clientId: string) => {
    const item = this.world.outbox.getSnapshot().find((each) => each.clientId === clientId);
    if (item) void this.deliver(item);
  };

  readonly discard = (clientId: string) => {
    const { outbox } = this.world;
    outbox.set(outbox.getSnapshot().filter((each) => each.clientId !== clientId));
  };

  private async amend(seq: number, change: Partial<Message>): Promise<void> {
    await wait(30);
    this.all = this.all.map((each) => (each.seq === seq ? { ...each, ...change } : each));
    this.renew();
  }

  readonly edit = async (seq: number, text: string) => {
    if (text.includes('refuse')) throw new ProblemError('forbidden', 'This message is too old to change.');
    await this.amend(seq, { text, editedAt: new Date().toISOString() });
  };

  readonly redact = (seq: number) =>
    this.amend(seq, { text: '', attachments: [], redactedAt: new Date().toISOString() });

  readonly markRead = (seq = this.all.at(-1)?.seq ?? 0) => {
    this.world.reads.push({ id: this.id, seq });
    this.world.change(this.id, (old) => ({ ...old, seat: { ...old.seat, readSeq: seq, unread: 0 } }));
  };

  readonly setTyping = () => {
    this.world.calls.push({ name: 'typing', input: this.id });
  };

  readonly setPresent = (here: boolean) => {
    this.world.calls.push({ name: 'presence', input: { id: this.id, here } });
  };

  readonly setSeat: ConversationStore['setSeat'] = (seat) => {
    this.world.change(this.id, (old) => ({ ...old, seat: { ...old.seat, ...seat } }));
    return Promise.resolve();
  };

  /** The other side writes. */
  receive(text: string): void {
    const { buyer, seat } = this.conversation ?? {};
    const author: Author =
      seat?.side === 'buyer'
        ? { side: 'store', userId: 'seller', name: 'Ines' }
        : { side: 'buyer', userId: buyer?.id ?? 'buyer', name: buyer?.name ?? '' };
    this.typing = [];
    this.append({ text, clientId: crypto.randomUUID(), author });
  }

  /** Somebody types. */
  type(who: string): void {
    this.typing = [who];
    this.renew();
  }
}
