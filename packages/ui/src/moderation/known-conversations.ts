import { createContext, useContext } from 'react';
import type { ModerationConversation } from '@parley/protocol';

/**
 * What the list has shown of a conversation, by its id: so that the reading gate can name what it stands before, without
 * reading the conversation to find out.
 */
export type KnownConversations = Map<string, ModerationConversation>;

export const KnownContext = createContext<KnownConversations>(new Map());

export const useKnownConversations = (): KnownConversations => useContext(KnownContext);
