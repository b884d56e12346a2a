import { useWordsOf, type Words } from '../words/use-words.tsx';
import { moderationWords, type ModerationWordKey } from './words.ts';

export type ModerationWords = Words<ModerationWordKey>;

/** The panel's words. */
export const useModerationWords = (): ModerationWords => useWordsOf(moderationWords);
