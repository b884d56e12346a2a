import type { Message } from '@parley/protocol';

/** What a sender knows of a send. `unknown`: no answer, or one that promises nothing, such as 503. */
export type Outcome = 'acknowledged' | 'refused' | 'unknown';

/** One send, under the key (`clientId`) that makes sending it again harmless. */
export interface Send {
  readonly conversationId: string;
  readonly author: string;
  readonly key: string;
  readonly text: string;
}

/** A message as somebody heard it, or as the database has it. `author` and `key` are null for what no person sent. */
export interface LogEntry {
  readonly conversationId: string;
  readonly seq: number;
  readonly author: string | null;
  readonly key: string | null;
  readonly text: string;
}

/** A message of the protocol's as an entry. */
export function toEntry({ conversationId, seq, author, clientId, text }: Message): LogEntry {
  return { conversationId, seq, author: author.userId, key: clientId, text };
}

/** What must never be, in the words of the promise that it breaks. */
export const rules = [
  'acknowledged and missing',
  'stored twice',
  'refused and stored',
  'stored and never sent',
  'hole in seq',
  'list differs from the database',
  'heard out of order',
  'canary seen outside',
  'left unknown',
] as const;
export type Rule = (typeof rules)[number];

export interface Violation {
  readonly rule: Rule;
  readonly detail: string;
}

/** How much was tried: a verdict without violations over nothing says nothing. */
export interface Figures {
  readonly sends: number;
  readonly acknowledged: number;
  readonly refused: number;
  /** Times that a send's outcome was unknown, and it was sent again. */
  readonly unknowns: number;
  readonly rows: number;
  readonly heard: number;
}

export interface Verdict {
  readonly violations: readonly Violation[];
  readonly figures: Figures;
}

interface Note extends Send {
  outcome: Outcome;
  seq: number | null;
}

/** The judge of a fault: what everybody sent and heard, against what the database has in the end. */
export interface Ledger {
  /** A conversation to be judged. Its texts must carry `canary(conversationId)`, which nobody but `members` may see. */
  open(conversationId: string, members: readonly string[]): void;
  /** A send that is about to go out. Until it is settled its outcome is unknown. */
  sending(send: Send): void;
  /** Counts that an outcome was unknown; the same key is to be sent again. */
  doubted(): void;
  acknowledged(key: string, seq: number): void;
  refused(key: string): void;
  /** Somebody who keeps a list of these conversations. */
  subscribe(listener: string, conversationIds: readonly string[]): void;
  heard(listener: string, entry: LogEntry): void;
  /** A push: on one connection each conversation comes in the order of `seq`. `connection` names it. */
  pushed(listener: string, connection: number, entry: LogEntry): void;
  /** Every byte that somebody was sent, searched for canaries. */
  overheard(listener: string, bytes: string): void;
  /** The highest `seq` up to which a listener's list has no hole. */
  knownUpTo(listener: string, conversationId: string): number;
  /** Holds all that was noted against the rows of the conversations under judgement. */
  judge(rows: readonly LogEntry[]): Verdict;
}

/** The mark that every text of a conversation carries. */
export function canary(conversationId: string): string {
  return `canary-${conversationId}`;
}

const canaries = /canary-([0-9a-f-]{36})/g;

/** An empty ledger. */
export function createLedger(): Ledger {
  const members = new Map<string, ReadonlySet<string>>();
  const notes = new Map<string, Note>();
  const subscriptions = new Map<string, Map<string, Map<number, LogEntry>>>();
  const highest = new Map<string, number>();
  const whole = new Map<string, number>();
  const caught: Violation[] = [];
  let unknowns = 0;

  const listOf = (listener: string, conversationId: string) =>
    subscriptions.get(listener)?.get(conversationId);

  function heard(listener: string, entry: LogEntry): void {
    const list = listOf(listener, entry.conversationId);
    const before = list?.get(entry.seq);
    list?.set(entry.seq, entry);
    if (before !== undefined && describe(before) !== describe(entry))
      caught.push({
        rule: 'list differs from the database',
        detail: `${listener} heard two: ${describe(before)} and ${describe(entry)}`,
      });
  }

  return {
    open: (conversationId, people) => void members.set(conversationId, new Set(people)),
    sending: (send) => void notes.set(send.key, { ...send, outcome: 'unknown', seq: null }),
    doubted: () => void (unknowns += 1),
    acknowledged: (key, seq) => settle(notes, key, 'acknowledged', seq),
    refused: (key) => settle(notes, key, 'refused', null),
    subscribe: (listener, ids) =>
      void subscriptions.set(listener, new Map(ids.map((id) => [id, new Map<number, LogEntry>()]))),
    heard,
    pushed(listener, connection, entry) {
      const line = `${listener} ${connection} ${entry.conversationId}`;
      const before = highest.get(line) ?? 0;
      const isNew = listOf(listener, entry.conversationId)?.has(entry.seq) === false;
      if (entry.seq < before && isNew)
        caught.push({ rule: 'heard out of order', detail: `${line}: ${entry.seq} after ${before}` });
      highest.set(line, Math.max(before, entry.seq));
      heard(listener, entry);
    },
    overheard(listener, bytes) {
      for (const [, id = ''] of bytes.matchAll(canaries))
        if (members.get(id)?.has(listener) !== true)
          caught.push({ rule: 'canary seen outside', detail: `${listener} saw one of ${id}` });
    },
    knownUpTo(listener, conversationId) {
      const list = listOf(listener, conversationId);
      const name = `${listener} ${conversationId}`;
      let seq = whole.get(name) ?? 0;
      while (list?.has(seq + 1) === true) seq += 1;
      whole.set(name, seq);
      return seq;
    },
    judge(rows) {
      const known = rows.filter((row) => members.has(row.conversationId));
      const lists = [...subscriptions].flatMap(([listener, own]) =>
        [...own].map(([conversationId, list]) => ({ listener, conversationId, list })),
      );
      const violations = [
        ...caught,
        ...judgeSends([...notes.values()], known),
        ...judgeRows(notes, known),
        ...lists.flatMap((one) => judgeList(one, known)),
      ];
      const count = (outcome: Outcome) =>
        [...notes.values()].filter((note) => note.outcome === outcome).length;
      const figures = {
        sends: notes.size,
        acknowledged: count('acknowledged'),
        refused: count('refused'),
        unknowns,
        rows: known.length,
        heard: lists.reduce((sum, { list }) => sum + list.size, 0),
      };
      return { violations, figures };
    },
  };
}

function settle(notes: Map<string, Note>, key: string, outcome: Outcome, seq: number | null): void {
  const note = notes.get(key);
  if (note === undefined) throw new Error(`Nobody sent ${key}`);
  note.outcome = outcome;
  note.seq = seq;
}

function describe(entry: LogEntry): string {
  return JSON.stringify([entry.conversationId, entry.seq, entry.author, entry.key, entry.text]);
}

function sendKey({ conversationId, author, key }: Omit<LogEntry, 'seq' | 'text'>): string {
  return `${conversationId} ${author ?? ''} ${key ?? ''}`;
}

function judgeSends(notes: readonly Note[], rows: readonly LogEntry[]): Violation[] {
  const bySend = new Map<string, LogEntry[]>();
  for (const row of rows) {
    const same = bySend.get(sendKey(row));
    if (same === undefined) bySend.set(sendKey(row), [row]);
    else same.push(row);
  }
  return notes.flatMap((note): Violation[] => {
    const stored = bySend.get(sendKey(note)) ?? [];
    const detail = `${sendKey(note)}: ${JSON.stringify(note)}, stored ${JSON.stringify(stored)}`;
    const broken: Violation[] = [];
    if (stored.length > 1) broken.push({ rule: 'stored twice', detail });
    if (note.outcome === 'refused' && stored.length > 0) broken.push({ rule: 'refused and stored', detail });
    if (note.outcome === 'unknown') broken.push({ rule: 'left unknown', detail });
    if (
      note.outcome === 'acknowledged' &&
      !stored.some((row) => row.text === note.text && row.seq === note.seq)
    )
      broken.push({ rule: 'acknowledged and missing', detail });
    return broken;
  });
}

/** Every row was sent by somebody, and each conversation's `seq` runs from 1 without a hole. */
function judgeRows(notes: ReadonlyMap<string, Note>, rows: readonly LogEntry[]): Violation[] {
  const violations: Violation[] = [];
  const next = new Map<string, number>();
  for (const row of [...rows].sort((one, other) => one.seq - other.seq)) {
    const note = notes.get(row.key ?? '');
    if (note === undefined || sendKey(note) !== sendKey(row))
      violations.push({ rule: 'stored and never sent', detail: describe(row) });
    const expected = next.get(row.conversationId) ?? 1;
    if (row.seq !== expected)
      violations.push({ rule: 'hole in seq', detail: `${describe(row)}, expected ${expected}` });
    next.set(row.conversationId, row.seq + 1);
  }
  return violations;
}

function judgeList(
  kept: { listener: string; conversationId: string; list: ReadonlyMap<number, LogEntry> },
  rows: readonly LogEntry[],
): Violation[] {
  const own = rows.filter((row) => row.conversationId === kept.conversationId);
  const missing = own.filter((row) => {
    const entry = kept.list.get(row.seq);
    return entry === undefined || describe(entry) !== describe(row);
  });
  const surplus = kept.list.size - (own.length - own.filter((row) => !kept.list.has(row.seq)).length);
  if (missing.length === 0 && surplus === 0) return [];
  const first = missing[0];
  return [
    {
      rule: 'list differs from the database',
      detail: `${kept.listener} lacks ${missing.length} of ${own.length} in ${kept.conversationId} and has ${surplus} too many${first === undefined ? '' : `, first ${describe(first)}`}`,
    },
  ];
}
