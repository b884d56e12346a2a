import { useId, useMemo, useState, type ReactNode, type RefObject } from 'react';
import type { Conversation } from '@parley/protocol';
import { otherSide } from '../hooks/other-side.ts';
import { useClient } from '../hooks/parley-provider.tsx';
import { useConversation } from '../hooks/stores.ts';
import { useNow } from '../hooks/use-now.ts';
import { useLoaded } from '../loading/use-loaded.ts';
import { Avatar } from '../primitives/Avatar.tsx';
import { ToolButton } from '../primitives/Button.tsx';
import { classes } from '../primitives/class-names.ts';
import { Icon } from '../primitives/Icon.tsx';
import { Bone } from '../primitives/Skeleton.tsx';
import { orderName, orderStatus } from '../words/orders.ts';
import { useWords } from '../words/use-words.tsx';
import { ContextActions } from './ContextActions.tsx';

export interface ContextPaneProps {
  conversationId: string;
  /** Called by the close button, which is there only where the pane lies over the others. */
  onClose: () => void;
  closeRef?: RefObject<HTMLButtonElement | null>;
}

/** The inbox's third pane: what the conversation is about, with whom, and what one can do. */
export function ContextPane({ conversationId, onClose, closeRef }: ContextPaneProps) {
  const words = useWords();
  const [{ conversation, status }] = useConversation(conversationId);
  if (status === 'error') return null;
  return (
    <section className="parley-pane parley-context" aria-label={words.say('context.label')}>
      <div className="parley-bar">
        <h2 className="parley-title">{words.say('context.title')}</h2>
        <ToolButton
          icon="x"
          label={words.say('action.close')}
          onClick={onClose}
          {...(closeRef && { elementRef: closeRef })}
        />
      </div>
      {conversation ? (
        <>
          <ListingPart listing={conversation.listing} />
          <OrdersPart orders={conversation.orders} />
          <OtherPart key={conversation.id} conversation={conversation} />
          <ContextActions conversation={conversation} />
        </>
      ) : (
        status === 'loading' && (
          <div className="parley-part parley-late" aria-hidden="true">
            <Bone className="parley-cover" />
            <Bone />
            <Bone />
          </div>
        )
      )}
    </section>
  );
}

function Part({ title, unseen, children }: { title: string; unseen?: boolean; children: ReactNode }) {
  const id = useId();
  return (
    <section className="parley-part" aria-labelledby={id}>
      <h3 id={id} className={unseen ? 'parley-unseen' : 'parley-cap'}>
        {title}
      </h3>
      {children}
    </section>
  );
}

function ListingPart({ listing }: { listing: Conversation['listing'] }) {
  const words = useWords();
  const [broken, setBroken] = useState(false);
  return (
    <Part title={words.say('context.listing')} unseen>
      {listing.imageUrl && !broken && (
        <img
          className="parley-cover"
          src={listing.imageUrl}
          alt=""
          width="252"
          height="173"
          onError={() => setBroken(true)}
        />
      )}
      <h4 dir="auto">{listing.title}</h4>
      {listing.price && <p>{words.money(listing.price)}</p>}
      {listing.url && (
        <a className="parley-go" href={listing.url} target="_blank" rel="noopener">
          {words.say('context.view-listing')} <Icon name="out" small />
        </a>
      )}
    </Part>
  );
}

/** Statuses in which something still happens. */
const moving = new Set(['paid', 'shipped']);

function OrdersPart({ orders }: { orders: Conversation['orders'] }) {
  const words = useWords();
  const now = new Date(useNow());
  if (orders.length === 0) return null;
  return (
    <Part title={words.say('context.orders')}>
      <ul className="parley-orders">
        {orders.map((order) => {
          const name = orderName(order.number, words);
          const facts = [
            order.placedAt && words.date(new Date(order.placedAt), now),
            order.total && words.money(order.total),
          ].filter(Boolean);
          return (
            <li key={order.id}>
              <div className="parley-pair">
                {order.url ? (
                  <a href={order.url} target="_blank" rel="noopener">
                    {name}
                  </a>
                ) : (
                  <span>{name}</span>
                )}
                <span className={classes('parley-status', moving.has(order.status) && 'parley-moving')}>
                  {orderStatus(order.status, words)}
                </span>
              </div>
              {facts.length > 0 && (
                <p className="parley-line" dir="auto">
                  {facts.join(' · ')}
                </p>
              )}
            </li>
          );
        })}
      </ul>
    </Part>
  );
}

function OtherPart({ conversation }: { conversation: Conversation }) {
  const words = useWords();
  const other = otherSide(conversation);
  const buying = conversation.seat.side === 'buyer';
  const client = useClient();
  const { id } = conversation.listing;
  const contact = useLoaded(
    useMemo(() => (buying ? () => client.getContact(id) : null), [client, buying, id]),
  );
  const minutes = contact.data?.responseMinutes ?? null;
  return (
    <Part title={words.say(buying ? 'context.store' : 'context.buyer')}>
      <div className="parley-whom">
        <Avatar {...other} />
        <h4 dir="auto">{other.name}</h4>
      </div>
      {minutes !== null && (
        <p className="parley-fact">
          <Icon name="clock" small />
          {words.say('context.reply-time', { time: words.duration(minutes) })}
        </p>
      )}
    </Part>
  );
}
