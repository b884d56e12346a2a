import { useRef, type MouseEvent } from 'react';
import { classes } from '../primitives/class-names.ts';
import { Menu, type MenuItem } from '../primitives/Menu.tsx';
import { useWords, type Words } from '../words/use-words.tsx';
import { Attachments, isPicture } from './Attachments.tsx';
import type { Group, Line } from './entries.ts';
import { MessageText } from './MessageText.tsx';

/** What one can do with a message; the thread does it. */
export interface LineActions {
  conversationId: string;
  /** Nothing can be changed in a conversation that is locked, closed or blocked. */
  writable: boolean;
  edit: (seq: number, text: string) => void;
  redact: (seq: number) => void;
  report: (seq: number) => void;
  copy: (text: string) => void;
  retry: (clientId: string) => void;
  discard: (clientId: string) => void;
}

export interface BubbleProps {
  line: Line;
  group: Group;
  name: string;
  actions: LineActions;
}

/** One message, with its menu beside it. */
export function Bubble({ line, group, name, actions }: BubbleProps) {
  const words = useWords();
  const element = useRef<HTMLDivElement>(null);
  const items = menuItems(line, group, actions, words);
  // on a touch screen nothing hovers: a tap on the bubble opens what a mouse finds beside it
  const onClick = (event: MouseEvent) => {
    if (!window.matchMedia('(hover: none)').matches) return;
    if (event.target instanceof Element && event.target.closest('a, button')) return;
    if (document.getSelection()?.isCollapsed === false) return;
    element.current?.querySelector<HTMLButtonElement>('.parley-more')?.click();
  };
  return (
    <div ref={element} className="parley-said">
      <div className={bubbleClass(line, group)} onClick={onClick}>
        {line.redactedBy !== null ? (
          <span className="parley-text" dir="auto">
            {redactedText(line, group, name, words)}
          </span>
        ) : (
          <>
            <Attachments line={line} name={name} conversationId={actions.conversationId} />
            {(line.text !== '' || line.edited) && (
              <span className="parley-text" dir="auto">
                <MessageText text={line.text} />
                {line.edited && <small className="parley-edited"> {words.say('thread.edited')}</small>}
              </span>
            )}
          </>
        )}
      </div>
      {items.length > 0 && (
        <Menu label={words.say('thread.more')} items={items} className="parley-more" tabIndex={-1} />
      )}
    </div>
  );
}

function bubbleClass(line: Line, { author }: Group): string {
  return classes(
    'parley-bubble',
    author.side === 'moderator' && 'parley-team',
    line.redactedBy !== null && 'parley-redacted',
    line.redactedBy === null && line.attachments.length > 0 && 'parley-with-files',
    line.redactedBy === null && line.attachments.some(isPicture) && 'parley-with-photos',
    line.outbox?.state === 'failed' && 'parley-failed',
    line.outbox && line.outbox.state !== 'failed' && 'parley-pending',
  );
}

function redactedText(line: Line, group: Group, name: string, words: Words): string {
  if (line.redactedBy === 'moderator' && group.author.side !== 'moderator')
    return words.say('thread.redacted-moderator');
  return group.mine ? words.say('thread.redacted-you') : words.say('thread.redacted-other', { name });
}

function menuItems(line: Line, group: Group, actions: LineActions, words: Words): MenuItem[] {
  const { seq, text } = line;
  if (seq === null || line.redactedBy !== null) return [];
  const items: MenuItem[] = [];
  if (text !== '')
    items.push({ label: words.say('action.copy'), icon: 'copy', onSelect: () => actions.copy(text) });
  if (group.mine && actions.writable) {
    if (text !== '')
      items.push({
        label: words.say('action.edit'),
        icon: 'pencil',
        onSelect: () => actions.edit(seq, text),
      });
    items.push({
      label: words.say('action.redact'),
      icon: 'undo',
      bad: true,
      onSelect: () => actions.redact(seq),
    });
  }
  if (!group.own && group.author.side !== 'moderator')
    items.push({
      label: words.say('action.report-message'),
      icon: 'flag',
      bad: true,
      onSelect: () => actions.report(seq),
    });
  return items;
}
