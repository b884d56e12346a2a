import type { ReactNode } from 'react';
import { UnreadBadge } from '../unread/UnreadBadge.tsx';
import { ParleyElement } from './parley-element.tsx';

/** `<parley-unread>`: how many conversations have something unread; nothing while none has. */
export class UnreadElement extends ParleyElement {
  protected view(): ReactNode {
    return <UnreadBadge />;
  }
}
