/** One thing that Parley says: a sentence with `{name}` for what is filled in, or its forms by the plural of `{count}`. */
export type Entry = string | Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;

/** What is said under which key. */
export type Catalogue<K extends string = string> = Readonly<Record<K, Entry>>;

/** A language: its BCP 47 tag and its sentences; what it leaves out is said in English. */
export interface Language<K extends string = string> {
  readonly locale: string;
  readonly entries: Partial<Catalogue<K>>;
}

/** The values that fill a sentence; numbers are written in the reader's way. */
export type Values = Readonly<Record<string, string | number>>;

/**
 * Cuts a sentence at its `{name}`s.
 *
 * @example cut('By {name}') // [{ text: 'By ' }, { name: 'name' }]
 */
export function cut(sentence: string): ({ text: string } | { name: string })[] {
  return sentence
    .split(/(\{\w+\})/)
    .filter((piece) => piece !== '')
    .map((piece) =>
      piece.startsWith('{') && piece.endsWith('}') ? { name: piece.slice(1, -1) } : { text: piece },
    );
}

/**
 * Makes the function that says things: the language's sentence where it has one, else the fallback's.
 *
 * @param locale BCP 47, for plurals and numbers
 */
export function speaker<K extends string>(
  fallback: Catalogue<K>,
  entries: Partial<Catalogue<K>>,
  locale: string,
): { say: (key: K, values?: Values) => string; sentence: (key: K, values?: Values) => string } {
  const plural = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);
  const sentence = (key: K, values: Values = {}) => {
    const entry = entries[key] ?? fallback[key];
    if (typeof entry === 'string') return entry;
    const { count } = values;
    return (typeof count === 'number' ? entry[plural.select(count)] : undefined) ?? entry.other;
  };
  const say = (key: K, values: Values = {}) =>
    cut(sentence(key, values))
      .map((piece) => {
        if ('text' in piece) return piece.text;
        const value = values[piece.name] ?? '';
        return typeof value === 'number' ? number.format(value) : value;
      })
      .join('');
  return { say, sentence };
}
