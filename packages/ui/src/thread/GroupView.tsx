import { memo } from 'react';
import { detailOf } from '../hooks/problem-text.ts';
import { otherSide, type Parties } from '../hooks/other-side.ts';
import { Avatar } from '../primitives/Avatar.tsx';
import { classes } from '../primitives/class-names.ts';
import { Icon } from '../primitives/Icon.tsx';
import { Time } from '../primitives/Time.tsx';
import { useWords } from '../words/use-words.tsx';
import { Bubble, type LineActions } from './Bubble.tsx';
import type { Group, Line } from './entries.ts';
import { isSame } from './is-same.ts';

export interface GroupViewProps {
  group: Group;
  parties: Parties;
  actions: LineActions;
}

/**
 * What one author wrote without a pause: bubbles, and one line with time and mark below them. It renders again only when it says
 * something else: a thread may hold thousands.
 */
export const GroupView = memo(function GroupView({ group, parties, actions }: GroupViewProps) {
  const words = useWords();
  const { author, own, mine, lines } = group;
  const team = author.side === 'moderator';
  const name = authorName(group, parties);
  const heading = mine
    ? words.say('thread.you')
    : author.side === 'store'
      ? words.say('thread.colleague', { name, store: parties.store.name })
      : name;
  return (
    <article className={classes('parley-group', own && 'parley-own')}>
      <h4 className="parley-unseen">{heading}</h4>
      {!own && (team ? <Avatar id="team" name="" kind="team" /> : <Avatar {...otherSide(parties)} />)}
      <div className="parley-stack">
        {lines.map((line) => (
          <Bubble key={line.key} line={line} group={group} name={name} actions={actions} />
        ))}
      </div>
      <GroupMeta group={group} name={name} actions={actions} named={!mine && author.side !== 'buyer'} />
    </article>
  );
}, isSame);

function authorName({ author }: Group, { buyer, store }: Parties): string {
  return author.name || (author.side === 'buyer' ? buyer.name : store.name);
}

interface GroupMetaProps {
  group: Group;
  name: string;
  /** Says who of the store, or of the team, wrote. */
  named: boolean;
  actions: LineActions;
}

function GroupMeta({ group, name, named, actions }: GroupMetaProps) {
  const words = useWords();
  const { lines, mark } = group;
  const last = lines.at(-1);
  if (!last) return null;
  if (mark === 'failed') return <FailedMeta line={last} actions={actions} />;
  if (mark === 'sending' || mark === 'waiting')
    return (
      <p className="parley-meta parley-late">
        <Icon name="clock" small />
        {words.say(`thread.${mark}`)}
      </p>
    );
  return (
    <p className="parley-meta">
      {mark !== 'none' && <Icon name="checks" small className={classes(mark === 'read' && 'parley-read')} />}
      {named && (
        <>
          <bdi>{name}</bdi> ·{' '}
        </>
      )}
      <Time at={last.at} />
      {mark !== 'none' && (
        <>
          {' '}
          · <bdi>{words.say(`thread.${mark}`)}</bdi>
        </>
      )}
    </p>
  );
}

function FailedMeta({ line, actions }: { line: Line; actions: LineActions }) {
  const words = useWords();
  const { outbox } = line;
  if (!outbox) return null;
  return (
    <p className="parley-meta parley-bad">
      <Icon name="alert" small />
      <bdi>{words.say('thread.failed')}</bdi> {outbox.problem && <bdi>{detailOf(outbox.problem)}</bdi>}
      <button type="button" onClick={() => actions.retry(outbox.clientId)}>
        {words.say('action.retry')}
      </button>
      <button type="button" onClick={() => actions.discard(outbox.clientId)}>
        {words.say('action.delete')}
      </button>
    </p>
  );
}
