import { createContext, useContext, useMemo, type ReactNode } from 'react';
import { cut, speaker, type Catalogue, type Language, type Values } from './catalogue.ts';
import { en, type WordKey } from './en.ts';
import { createFormats, type Formats } from './formats.ts';

/** What a component says things with: sentences by key, and the reader's own way of numbers and times. */
export interface Words<K extends string = WordKey> extends Formats {
  readonly locale: string;
  /** A sentence as text. */
  say(key: K, values?: Values): string;
  /** A sentence with React nodes in it, such as a bold order number. */
  fill(key: K, nodes: Readonly<Record<string, ReactNode>>): ReactNode[];
}

interface Tongue {
  readonly locale: string;
  readonly entries: Partial<Catalogue>;
}

const TongueContext = createContext<Tongue>({ locale: 'en', entries: {} });

/** Says which language everything below speaks; `locale` refines it, such as `en-GB` for English. */
export function WordsProvider(props: { language?: Language; locale?: string; children?: ReactNode }) {
  const { language, locale } = props;
  const tongue = useMemo(
    () => ({ locale: locale ?? ownLocale(language?.locale ?? 'en'), entries: language?.entries ?? {} }),
    [language, locale],
  );
  return <TongueContext.Provider value={tongue}>{props.children}</TongueContext.Provider>;
}

/** The reader's own variant of a language, such as `en-IE` for `en`, so that dates look as they are used to. */
function ownLocale(language: string): string {
  const base = language.split('-')[0];
  const own = typeof navigator === 'undefined' ? [] : navigator.languages;
  return own.find((tag) => tag.split('-')[0] === base) ?? language;
}

/** Words of another catalogue than the messaging screens' own, such as the moderation panel's. */
export function useWordsOf<K extends string>(catalogue: Catalogue<K>): Words<K> {
  const { locale, entries } = useContext(TongueContext);
  return useMemo(() => {
    const { say, sentence } = speaker(catalogue, entries, locale);
    const fill: Words<K>['fill'] = (key, nodes) =>
      cut(sentence(key)).map((piece) => ('text' in piece ? piece.text : nodes[piece.name]));
    return { ...createFormats(locale), locale, say, fill };
  }, [catalogue, entries, locale]);
}

/** The messaging screens' words. */
export const useWords = (): Words => useWordsOf(en);
