import { useState } from 'react';
import { AddressLink } from '../address/AddressLink.tsx';
import { useKnownConversations } from './known-conversations.ts';
import { ListingThumb } from './ListingThumb.tsx';
import { PanelIcon } from './PanelIcon.tsx';
import { ReadingAside } from './ReadingAside.tsx';
import { ReadingGate } from './ReadingGate.tsx';
import { ReadingLog } from './ReadingLog.tsx';
import { ReadingStrip } from './ReadingStrip.tsx';
import { StatusChip } from './StatusChip.tsx';
import { useModerationWords } from './use-moderation-words.ts';
import { useReading } from './use-reading.ts';
import type { ModerationConversation, ModerationConversationDetail } from '@parley/protocol';

export interface ReadingPageProps {
  base: string;
  /** The conversation's. */
  id: string;
}

/** One conversation: a gate that asks for the reason, and behind it the log. */
export function ReadingPage({ base, id }: ReadingPageProps) {
  const known = useKnownConversations().get(id) ?? null;
  const reading = useReading(id);
  const { open } = reading;
  return (
    <section className="parley-mod-page" aria-labelledby="parley-mod-title">
      <ReadingHead base={base} head={open?.detail ?? known} reports={known?.reports ?? 0} />
      {open ? (
        <>
          <ReadingStrip reason={open.reason} since={open.since} onStop={reading.stop} />
          <div className="parley-mod-body">
            <ReadingLog reading={reading} open={open} />
            <ReadingAside open={open} />
          </div>
        </>
      ) : (
        <ReadingGate base={base} known={known} reading={reading} />
      )}
    </section>
  );
}

interface ReadingHeadProps {
  base: string;
  head: ModerationConversation | ModerationConversationDetail | null;
  reports: number;
}

function ReadingHead({ base, head, reports }: ReadingHeadProps) {
  const words = useModerationWords();
  const list = `${base}/conversations`;
  const facts = head && [
    words.say('mod.reading.between', { buyer: head.buyer.name, store: head.store.name }),
    ...(head.listing.price ? [words.money(head.listing.price)] : []),
    ...head.orders.map((order) => words.say('mod.order', { number: order.number ?? order.id })),
    words.say('mod.reading.messages', { count: head.lastSeq }),
    ...(head.status === 'open' ? [words.say('mod.status.open')] : []),
    ...(reports > 0 ? [words.say('mod.reports', { count: reports })] : []),
  ];
  // The list as it was filtered is one step back where one came from it.
  const [cameFromList] = useState(() => head !== null);
  return (
    <header className="parley-mod-head parley-lined">
      <AddressLink
        className="parley-mod-button parley-bare parley-mod-square"
        href={list}
        aria-label={words.say('mod.reading.back')}
        title={words.say('mod.reading.back')}
        onClick={(event) => {
          if (!cameFromList || event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          window.history.back();
        }}
      >
        <PanelIcon name="newer" />
      </AddressLink>
      <ListingThumb listing={head?.listing ?? null} big />
      <div className="parley-mod-titles">
        <h1 id="parley-mod-title" dir="auto">
          {head?.listing.title ?? words.say('mod.reading.untitled')}
        </h1>
        {facts && <p className="parley-mod-meta">{facts.join(' · ')}</p>}
      </div>
      {head && head.status !== 'open' && <StatusChip status={head.status} />}
    </header>
  );
}
