import type { ModerationConversation } from '@parley/protocol';
import { AddressLink } from '../address/AddressLink.tsx';
import { classes } from '../primitives/class-names.ts';
import { Time } from '../primitives/Time.tsx';
import { cutHit } from './cut-hit.ts';
import { LabelChip } from './LabelChip.tsx';
import { ListingThumb } from './ListingThumb.tsx';
import { PanelIcon } from './PanelIcon.tsx';
import { StatusChip } from './StatusChip.tsx';
import { useModerationWords } from './use-moderation-words.ts';

export interface ConversationsTableProps {
  base: string;
  items: readonly ModerationConversation[];
  /** Whether the rows are hits of a search, each with its line. */
  searching: boolean;
  /** The rows of the page before, while the next is loading. */
  stale: boolean;
}

/** Conversations as a table; below 768 px each row becomes a card. */
export function ConversationsTable({ base, items, searching, stale }: ConversationsTableProps) {
  const words = useModerationWords();
  const middle = searching ? 'mod.table.hit' : 'mod.table.orders';
  return (
    <table className={classes('parley-mod-table', 'parley-cards', stale && 'parley-stale')}>
      <caption className="parley-unseen">{words.say('mod.table.conversations')}</caption>
      <colgroup>
        <col className="parley-col-pic" />
        <col className="parley-col-who" />
        <col />
        <col className="parley-col-status" />
        <col className="parley-col-flags" />
        <col className="parley-col-time" />
      </colgroup>
      <thead>
        <tr>
          <th scope="col">
            <span className="parley-unseen">{words.say('mod.table.picture')}</span>
          </th>
          <th scope="col">{words.say('mod.table.who')}</th>
          <th scope="col">{words.say(middle)}</th>
          <th scope="col">{words.say('mod.table.status')}</th>
          <th scope="col">{words.say('mod.table.flags')}</th>
          <th scope="col" className="parley-mod-number" aria-sort="descending">
            {words.say('mod.table.last')}
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <ConversationRow key={item.id} base={base} item={item} searching={searching} />
        ))}
      </tbody>
    </table>
  );
}

function ConversationRow(props: { base: string; item: ModerationConversation; searching: boolean }) {
  const { base, item, searching } = props;
  const words = useModerationWords();
  return (
    <tr>
      <td className="parley-cell-pic">
        <ListingThumb listing={item.listing} />
      </td>
      <td className="parley-cell-who">
        <AddressLink href={`${base}/conversations/${item.id}`}>
          <span className="parley-mod-pair">
            <b className="parley-mod-one" dir="auto">
              {item.buyer.name}
            </b>
            <PanelIcon name="swap" />
            <span className="parley-unseen"> {words.say('mod.table.with')} </span>
            <span className="parley-mod-one" dir="auto">
              {item.store.name}
            </span>
          </span>
          <span className="parley-mod-one parley-mod-meta" dir="auto">
            {item.listing.title}
          </span>
        </AddressLink>
      </td>
      <td className="parley-cell-text">{searching ? <HitLine item={item} /> : <OrderLine item={item} />}</td>
      <td className={classes(item.status === 'open' && 'parley-cell-drop')}>
        <StatusChip status={item.status} />
      </td>
      <td className={classes(item.flags.length + item.reports === 0 && 'parley-cell-drop')}>
        <Flags item={item} />
      </td>
      <td className="parley-mod-number parley-mod-meta parley-cell-time">
        <Time at={item.lastActivityAt} as="ago" />
      </td>
    </tr>
  );
}

function HitLine({ item }: { item: ModerationConversation }) {
  const words = useModerationWords();
  if (!item.hit) return <span className="parley-mod-meta">{words.say('mod.hit.names')}</span>;
  const { before, hit, after } = cutHit(item.hit.excerpt, item.hit.start, item.hit.end);
  return (
    <>
      <span className="parley-mod-one" dir="auto">
        {before}
        <mark className="parley-mod-hit">{hit}</mark>
        {after}
      </span>
      <span className="parley-mod-meta">
        {words.say('mod.hit.message', { seq: item.hit.seq, last: item.lastSeq })}
      </span>
    </>
  );
}

function OrderLine({ item }: { item: ModerationConversation }) {
  const words = useModerationWords();
  const [order, ...more] = item.orders;
  if (!order) return null;
  const name = words.say('mod.order', { number: order.number ?? order.id });
  return (
    <>
      <span className="parley-mod-one">
        {more.length === 0 ? name : words.say('mod.order.more', { order: name, count: more.length })}
      </span>
      <span className="parley-mod-meta">{order.status}</span>
    </>
  );
}

function Flags({ item }: { item: ModerationConversation }) {
  const words = useModerationWords();
  const labels = [...new Set(item.flags)].filter((label) => label !== 'report');
  if (labels.length + item.reports === 0)
    return <span className="parley-unseen">{words.say('mod.table.none')}</span>;
  return (
    <span className="parley-mod-row parley-mod-chips">
      {item.reports > 0 && (
        <LabelChip label="report" text={words.say('mod.reports', { count: item.reports })} />
      )}
      {labels.map((label) => (
        <LabelChip key={label} label={label} />
      ))}
    </span>
  );
}
