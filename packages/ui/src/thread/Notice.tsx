import type { Message } from '@parley/protocol';
import { Icon } from '../primitives/Icon.tsx';
import type { WordKey } from '../words/en.ts';
import { orderName, orderStatus } from '../words/orders.ts';
import { useWords } from '../words/use-words.tsx';
import type { Order } from './entries.ts';

const known = {
  placed: 'notice.placed',
  paid: 'notice.paid-plain',
  shipped: 'notice.shipped',
  delivered: 'notice.delivered',
  cancelled: 'notice.cancelled',
  refunded: 'notice.refunded',
} as const satisfies Record<string, WordKey>;

/** What happened to an order, in the reader's language; a notice without facts says its own text. */
export function Notice({ message, order }: { message: Message; order: Order | undefined }) {
  const words = useWords();
  const facts = message.notice;
  const status = facts?.type === 'order.placed' && facts.status !== 'paid' ? 'placed' : (facts?.status ?? '');
  const nodes = {
    order: <b key="order">{orderName(facts?.number ?? order?.number, words)}</b>,
    status: orderStatus(status, words),
    total: order?.total ? words.money(order.total) : '',
  };
  const key =
    status === 'paid' && order?.total ? 'notice.paid' : isKnown(status) ? known[status] : 'notice.other';
  return (
    <p className="parley-notice">
      <Icon name={status === 'shipped' || status === 'delivered' ? 'box' : 'receipt'} />
      <span dir="auto">{facts ? words.fill(key, nodes) : message.text}</span>
      {order?.url && (
        <a href={order.url} target="_blank" rel="noopener">
          {words.say('notice.view')}
        </a>
      )}
    </p>
  );
}

const isKnown = (status: string): status is keyof typeof known => Object.hasOwn(known, status);
