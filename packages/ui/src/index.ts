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
