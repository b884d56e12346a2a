import { createContext, useContext, type ReactNode } from 'react';
import type { ParleyClient } from '@parley/client';
import type { Language } from '../words/catalogue.ts';
import { WordsProvider } from '../words/use-words.tsx';

const ClientContext = createContext<ParleyClient | null>(null);

export interface ParleyProviderProps {
  /** From `createClient`; whoever makes it closes it. */
  client: ParleyClient;
  /** Another language than English. */
  language?: Language;
  /** BCP 47, for dates and numbers; default: the browser's variant of the language. */
  locale?: string;
  children?: ReactNode;
}

/** Gives every Parley component below it its client and its words. Renders no element of its own. */
export function ParleyProvider({ client, language, locale, children }: ParleyProviderProps) {
  const tongue = { ...(language && { language }), ...(locale !== undefined && { locale }) };
  return (
    <ClientContext.Provider value={client}>
      <WordsProvider {...tongue}>{children}</WordsProvider>
    </ClientContext.Provider>
  );
}

/**
 * The client of the provider above.
 *
 * @throws {Error} outside of a `ParleyProvider`
 */
export function useClient(): ParleyClient {
  const client = useContext(ClientContext);
  if (!client) throw new Error('A Parley component outside of ParleyProvider');
  return client;
}
