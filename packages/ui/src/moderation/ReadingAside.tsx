import type { ModerationConversationDetail } from '@parley/protocol';
import { Avatar } from '../primitives/Avatar.tsx';
import { PanelIcon, type PanelIconName } from './PanelIcon.tsx';
import { sayMoment } from './say-moment.ts';
import { useModerationWords, type ModerationWords } from './use-moderation-words.ts';
import type { OpenReading } from './use-reading.ts';

/** Beside the log: what happened when, and who takes part. */
export function ReadingAside({ open }: { open: OpenReading }) {
  const words = useModerationWords();
  return (
    <aside className="parley-mod-stack" aria-label={words.say('mod.about')}>
      <Timeline open={open} />
      <People detail={open.detail} />
    </aside>
  );
}

interface Moment {
  readonly key: string;
  readonly icon: PanelIconName;
  readonly text: string;
  readonly at: string;
}

function momentsOf(words: ModerationWords, { detail, messages, since }: OpenReading): Moment[] {
  const nameOf = (id: string) => detail.participants.find((each) => each.userId === id)?.name ?? id;
  const moments: Moment[] = [
    { key: 'start', icon: 'chat', text: words.say('mod.timeline.started'), at: detail.createdAt },
    ...messages
      .filter((message) => message.kind === 'notice')
      .map((message) => ({
        key: `seq ${message.seq}`,
        icon: 'box' as const,
        text: message.text,
        at: message.createdAt,
      })),
    ...detail.reports.map((report) => ({
      key: report.id,
      icon: 'flag' as const,
      text: words.say('mod.timeline.reported', { name: nameOf(report.reporter) }),
      at: report.at,
    })),
  ];
  moments.sort((a, b) => a.at.localeCompare(b.at));
  const reading = { icon: 'eye' as const, text: words.say('mod.timeline.reading') };
  return [...moments, { key: 'reading', ...reading, at: new Date(since).toISOString() }];
}

function Timeline({ open }: { open: OpenReading }) {
  const words = useModerationWords();
  return (
    <section className="parley-mod-card">
      <header>
        <h2>{words.say('mod.timeline')}</h2>
      </header>
      <ol className="parley-mod-time parley-mod-in">
        {momentsOf(words, open).map((moment) => (
          <li key={moment.key}>
            <span className="parley-mod-dot">
              <PanelIcon name={moment.icon} />
            </span>
            <span>
              <span dir="auto">{moment.text}</span>
              <br />
              <time className="parley-mod-meta" dateTime={moment.at}>
                {sayMoment(words, moment.at)}
              </time>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function People({ detail }: { detail: ModerationConversationDetail }) {
  const words = useModerationWords();
  return (
    <section className="parley-mod-card">
      <header>
        <h2>{words.say('mod.people')}</h2>
      </header>
      <ul className="parley-mod-in parley-mod-people">
        {detail.participants.map((person) => {
          const side = person.side === 'store' ? detail.store.name : words.say(`mod.side.${person.side}`);
          const read =
            person.readSeq > 0
              ? words.say('mod.people.read', { seq: person.readSeq })
              : words.say('mod.people.unread');
          return (
            <li key={person.userId}>
              <Avatar
                id={person.userId}
                name={person.name}
                kind={person.side === 'moderator' ? 'team' : 'person'}
              />
              <span>
                <span dir="auto">{person.name}</span>
                <br />
                <span className="parley-mod-meta">{`${side} · ${read}`}</span>
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
