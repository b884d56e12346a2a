import type { ComponentType } from 'react';
import { AuditPage } from './AuditPage.tsx';
import { ConversationsPage } from './ConversationsPage.tsx';
import type { PanelIconName } from './PanelIcon.tsx';
import type { ModerationWordKey } from './words.ts';

export interface SectionProps {
  /** The panel's own address, such as `/moderation`. */
  base: string;
}

/** A part of the panel with its own address. */
export interface Section {
  /** The address below the panel's. */
  readonly path: string;
  readonly label: ModerationWordKey;
  readonly icon: PanelIconName;
  readonly Page: ComponentType<SectionProps>;
}

/** The panel's parts in the order of its navigation; a new one is a page and a line here. The first is where one arrives. */
export const sections: readonly Section[] = [
  { path: 'conversations', label: 'mod.nav.conversations', icon: 'chats', Page: ConversationsPage },
  { path: 'audit', label: 'mod.nav.audit', icon: 'log', Page: AuditPage },
];
