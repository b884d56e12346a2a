import type { Message } from '@parley/protocol';

/** What a client knows of one conversation's log. */
export interface Log {
  /** Contiguous and ascending, with edits and redactions applied to their targets. */
  readonly messages: readonly Message[];
  /** Came early: something before them is missing. */
  readonly ahead: readonly Message[];
}

export const emptyLog: Log = { messages: [], ahead: [] };

/** The newest `seq` that is known without a gap; 0 for none. */
export const lastSeq = ({ messages }: Log): number => messages.at(-1)?.seq ?? 0;

/** Whether something is missing before what has come. */
export const hasGap = ({ ahead }: Log): boolean => ahead.length > 0;

/** Adds what has come, in any order and however often; what is known already changes nothing. */
export function receive(log: Log, incoming: readonly Message[]): Log {
  const news = incoming.filter((message) => message.seq > lastSeq(log));
  if (news.length === 0) return log;
  const messages = [...log.messages];
  const ahead: Message[] = [];
  for (const message of [...log.ahead, ...news].sort((a, b) => a.seq - b.seq)) {
    const next = (messages.at(-1)?.seq ?? 0) + 1;
    if (message.seq === next) {
      applyChange(messages, message);
      messages.push(message);
    } else if (message.seq > next && ahead.at(-1)?.seq !== message.seq) ahead.push(message);
  }
  return { messages, ahead };
}

/** A log that begins with a page as the service gives it, changes applied; what came early joins it where it fits. */
export function beginLog(page: readonly Message[], early: Log): Log {
  return receive({ messages: page, ahead: [] }, [...early.messages, ...early.ahead]);
}

/** Puts an older page before the log. A page that does not end where the log begins changes nothing. */
export function prepend(log: Log, page: readonly Message[]): Log {
  const first = log.messages[0]?.seq ?? 0;
  const earlier = page.filter((message) => message.seq < first);
  if (earlier.at(-1)?.seq !== first - 1) return log;
  const messages = [...earlier, ...log.messages];
  // The page may have been read before a change that came meanwhile.
  for (const message of log.messages) applyChange(messages, message);
  return { ...log, messages };
}

/** Puts a message that has changed in its own place, unless a later change of it is known. */
export function replace(log: Log, message: Message): Log {
  const isLater = (known: Message) =>
    (known.redactedAt ?? '') > (message.redactedAt ?? '') ||
    (known.editedAt ?? '') > (message.editedAt ?? '');
  const messages = log.messages.map((known) =>
    known.seq === message.seq && !isLater(known) ? message : known,
  );
  return { ...log, messages };
}

/** Does to its target what an edit or redaction says; more than once does no harm. A target that is not in the list is left out. */
function applyChange(messages: Message[], change: Message): void {
  if (change.target === undefined) return;
  const at = change.target - (messages[0]?.seq ?? 0);
  const target = messages[at];
  if (target === undefined) return;
  if (change.kind === 'edit') messages[at] = edited(target, change);
  if (change.kind !== 'redaction') return;
  messages[at] = { ...target, text: '', attachments: [], redactedAt: change.createdAt };
  messages.forEach((message, index) => {
    if (message.kind === 'edit' && message.target === change.target)
      messages[index] = { ...message, text: '' };
  });
}

/** The target may know a later edit already, from a page that was read later than this edit was pushed. */
function edited(target: Message, { text, createdAt }: Message): Message {
  const outdated = target.redactedAt !== undefined || (target.editedAt ?? '') > createdAt;
  return outdated ? target : { ...target, text, editedAt: createdAt };
}
