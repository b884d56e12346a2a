import { en } from './en.ts';

/** One sentence, with `{name}` for what is filled in; or its forms by the plural of `{count}`. */
export type Entry = string | Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;
export type WordKey = keyof typeof en;

/** A language: another one is a file with the same keys and a line here; what it leaves out is said in English. */
const languages: Readonly<Record<string, Partial<Record<WordKey, Entry>>>> = { en };

/** Says things in one reader's language. */
export interface Words {
  /** The BCP 47 tag of the language that is spoken, for `lang`. */
  readonly language: string;
  /** The reader's locale, for numbers and times. */
  readonly locale: string;
  say(key: WordKey, values?: Readonly<Record<string, string | number>>): string;
}

/** For readers whose locale is not known: days before months, and 24 hours. */
const fallback = 'en-GB';

/** Words for a locale, such as `pt-BR`; English for languages that nobody has written yet, and for what is no locale. */
export function wordsFor(wanted: string | null): Words {
  const locale = canonical(wanted);
  const language = locale.split('-')[0] ?? 'en';
  const entries = languages[language] ?? en;
  const spoken = language in languages ? locale : 'en';
  const plural = new Intl.PluralRules(spoken);
  const say: Words['say'] = (key, values = {}) => {
    const entry: Entry = entries[key] ?? en[key];
    const sentence = typeof entry === 'string' ? entry : form(entry, plural, Number(values.count));
    return sentence.replace(/\{([a-z]+)\}/gu, (_, name: string) => String(values[name] ?? ''));
  };
  return { language: spoken, locale: language in languages ? locale : fallback, say };
}

function form(entry: Exclude<Entry, string>, plural: Intl.PluralRules, count: number): string {
  return entry[plural.select(count)] ?? entry.other;
}

function canonical(wanted: string | null): string {
  try {
    return Intl.getCanonicalLocales(wanted ?? fallback)[0] ?? fallback;
  } catch {
    return fallback;
  }
}
