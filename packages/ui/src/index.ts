export { ParleyProvider, useClient, type ParleyProviderProps } from './hooks/parley-provider.tsx';
export {
  useConnection,
  useConversation,
  useInbox,
  useLocal,
  useMe,
  useStore,
  useUnread,
} from './hooks/stores.ts';
export type { Catalogue, Entry, Language } from './words/catalogue.ts';
export { en, type WordKey } from './words/en.ts';
export { useWords, useWordsOf, WordsProvider, type Words } from './words/use-words.tsx';
export { Inbox, type InboxProps } from './inbox/Inbox.tsx';
export { ConversationList, type ConversationListProps } from './inbox/ConversationList.tsx';
export { Thread, type ThreadProps } from './thread/Thread.tsx';
export { Composer, type ComposerProps } from './composer/Composer.tsx';
export { ContextPane, type ContextPaneProps } from './context/ContextPane.tsx';
export { ReportDialog, type ReportDialogProps } from './context/ReportDialog.tsx';
export { ContactButton, type ContactButtonProps } from './contact/ContactButton.tsx';
export { contactWords } from './contact/words.ts';
export { UnreadBadge } from './unread/UnreadBadge.tsx';
export { useDocumentTitle } from './unread/use-document-title.ts';
export { unreadWords } from './unread/words.ts';
export { ModerationPanel, type ModerationPanelProps } from './moderation/ModerationPanel.tsx';
export { moderationWords } from './moderation/words.ts';
