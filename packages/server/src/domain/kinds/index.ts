import type { MessageKind } from '@parley/protocol';
import { edit } from './edit.ts';
import type { Kind } from './kind.ts';
import { notice } from './notice.ts';
import { redaction } from './redaction.ts';
import { text } from './text.ts';

export type { Kind } from './kind.ts';

/** The registry: a new kind is a file and a line here. */
export const kinds: Readonly<Record<MessageKind, Kind>> = { text, notice, edit, redaction };

/** Kinds that raise unread counts, for SQL that counts them anew. */
export const unreadKinds: readonly MessageKind[] = Object.values(kinds)
  .filter((kind) => kind.countsAsUnread)
  .map((kind) => kind.kind);
