import { useEffect, useMemo, useRef } from 'react';
import type { Message } from '@parley/protocol';
import { Avatar } from '../primitives/Avatar.tsx';
import { classes } from '../primitives/class-names.ts';
import { logEntries, type LogEntry } from './log-entries.ts';
import { PanelIcon, type PanelIconName } from './PanelIcon.tsx';
import { sayMoment, sayReport } from './say-moment.ts';
import { useModerationWords, type ModerationWords } from './use-moderation-words.ts';
import type { OpenReading, Reading } from './use-reading.ts';

/** A conversation as a log, neutral as to sides, oldest first. It has the focus when it appears. */
export function ReadingLog({ reading, open }: { reading: Reading; open: OpenReading }) {
  const words = useModerationWords();
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    list.current?.focus({ preventScroll: true });
    // the gate may have been scrolled to reach its button
    list.current?.closest('.parley-mod-page')?.scrollTo(0, 0);
  }, []);
  const { detail, messages } = open;
  const entries = useMemo(() => logEntries(messages, detail.reports), [messages, detail]);
  const nameOf = (userId: string) =>
    detail.participants.find((each) => each.userId === userId)?.name ?? userId;
  return (
    <div>
      {reading.hasEarlier && (
        <div className="parley-mod-more">
          <button
            type="button"
            className="parley-mod-button parley-small"
            disabled={reading.busy}
            onClick={() => void reading.earlier()}
          >
            {words.say(reading.busy ? 'mod.log.earlier-loading' : 'mod.log.earlier')}
          </button>
        </div>
      )}
      {reading.problem && (
        <p className="parley-error" role="alert">
          {words.say('mod.error-hint', { detail: reading.problem.detail || words.say('mod.unreached') })}
        </p>
      )}
      {entries.length === 0 && <p className="parley-mod-quiet">{words.say('mod.log.empty')}</p>}
      <ol ref={list} className="parley-mod-log" tabIndex={-1} aria-label={words.say('mod.log.label')}>
        {entries.map((entry) => (
          <LogLine key={entry.key} entry={entry} open={open} nameOf={nameOf} />
        ))}
      </ol>
    </div>
  );
}

interface LogLineProps {
  entry: LogEntry;
  open: OpenReading;
  nameOf: (userId: string) => string;
}

function LogLine({ entry, open, nameOf }: LogLineProps) {
  const words = useModerationWords();
  if (entry.kind === 'report') {
    const { report } = entry;
    const said = words.say('mod.log.reported', {
      name: nameOf(report.reporter),
      reason: sayReport(words, report),
    });
    return <EventLine icon="flag" text={said} at={report.at} />;
  }
  const { message } = entry;
  const values = { name: message.author.name, seq: message.target ?? 0 };
  switch (message.kind) {
    case 'notice':
      return <EventLine icon="box" text={message.text} at={message.createdAt} />;
    case 'edit':
      return <EventLine icon="pencil" text={words.say('mod.log.edit', values)} at={message.createdAt} />;
    case 'redaction':
      return <EventLine icon="redact" text={words.say('mod.log.redaction', values)} at={message.createdAt} />;
    case 'text':
      return <TextLine message={message} reports={entry.reports} open={open} nameOf={nameOf} />;
  }
}

function EventLine({ icon, text, at }: { icon: PanelIconName; text: string; at: string }) {
  const words = useModerationWords();
  return (
    <li className="parley-mod-event">
      <PanelIcon name={icon} />
      <span dir="auto">{text}</span>
      <time className="parley-mod-end" dateTime={at} title={words.full(new Date(at))}>
        {sayMoment(words, at)}
      </time>
    </li>
  );
}

type Reports = Extract<LogEntry, { kind: 'message' }>['reports'];
type TextLineProps = Omit<LogLineProps, 'entry'> & { message: Message; reports: Reports };

function TextLine({ message, reports, open, nameOf }: TextLineProps) {
  const words = useModerationWords();
  const { author } = message;
  const { store } = open.detail;
  const isStore = author.side === 'store';
  const facts = [
    ...(author.side === 'moderator' ? [] : [isStore ? store.name : words.say(`mod.side.${author.side}`)]),
    sayMoment(words, message.createdAt),
    ...(message.editedAt === undefined ? [] : [words.say('mod.log.edited')]),
  ];
  return (
    <li className={classes('parley-mod-message', reports.length > 0 && 'parley-flagged')}>
      <Avatar
        kind={isStore ? 'store' : author.side === 'buyer' ? 'person' : 'team'}
        id={isStore ? store.id : (author.userId ?? author.side)}
        name={isStore ? store.name : author.name}
      />
      <p className="parley-mod-top">
        <b dir="auto">{author.name}</b>
        {author.side === 'moderator' && (
          <span className="parley-mod-chip" data-tone="private">
            {words.say('mod.side.moderator')}
          </span>
        )}
        <span className="parley-mod-meta" title={words.full(new Date(message.createdAt))}>
          {facts.join(' · ')}
        </span>
        <span className="parley-mod-meta parley-mod-end">{words.number(message.seq)}</span>
      </p>
      <MessageBody message={message} removed={removedByModerator(message, open)} words={words} />
      {message.masked && <LineNote icon="shield" text={words.say('mod.log.masked')} />}
      {reports.map((report) => (
        <LineNote
          key={report.id}
          icon="flag"
          text={words.say('mod.log.reported-message', {
            name: nameOf(report.reporter),
            reason: sayReport(words, report),
          })}
        />
      ))}
    </li>
  );
}

const removedByModerator = ({ seq }: Message, { messages }: OpenReading): boolean =>
  messages.some(
    ({ kind, target, author }) => kind === 'redaction' && target === seq && author.side === 'moderator',
  );

function MessageBody(props: { message: Message; removed: boolean; words: ModerationWords }) {
  const { message, removed, words } = props;
  if (message.redactedAt !== undefined) {
    return (
      <p className="parley-mod-said-text parley-mod-gone">
        {words.say(removed ? 'mod.log.gone-moderator' : 'mod.log.gone')}
      </p>
    );
  }
  return (
    <>
      {message.text !== '' && (
        <p className="parley-mod-said-text" dir="auto">
          {message.text}
        </p>
      )}
      {message.attachments.length > 0 && (
        <ul className="parley-mod-files" aria-label={words.say('mod.log.files')}>
          {message.attachments.map((file) => (
            <li key={file.id}>
              <PanelIcon name="clip" />
              <a className="parley-mod-link" href={file.url} target="_blank" rel="noopener noreferrer">
                {file.name}
              </a>
              <span className="parley-mod-meta">{words.bytes(file.size)}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function LineNote({ icon, text }: { icon: PanelIconName; text: string }) {
  return (
    <p className="parley-mod-line-note">
      <PanelIcon name={icon} />
      <span dir="auto">{text}</span>
    </p>
  );
}
