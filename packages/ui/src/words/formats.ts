import type { Money } from '@parley/protocol';

const minute = 60_000;
const hour = 60 * minute;

/** How the reader writes numbers, money, sizes and times; everything from `Intl`, each formatter made once. */
export interface Formats {
  number(value: number): string;
  money(value: Money): string;
  /** @param bytes at least 0 */
  bytes(bytes: number): string;
  /** A length of time in one unit, such as `2 hours`. */
  duration(minutes: number): string;
  /** The time of day, such as `14:02`. */
  clock(at: Date): string;
  /** A day, such as `Monday 16 November`, with its year when that is not this one. */
  day(at: Date, now: Date): string;
  /** A day without its weekday, such as `16 November`. */
  date(at: Date, now: Date): string;
  /** Day and time in full, for titles. */
  full(at: Date): string;
  /** How long ago, as short as a list's row needs it: minutes, hours, a time of day, a weekday, a date. */
  ago(at: Date, now: Date): string;
  /** `yesterday`, in the reader's language, with a capital. */
  relativeDay(days: number): string;
}

/** Whole calendar days from `at` to `now`, in the reader's time zone. */
export function daysBetween(at: Date, now: Date): number {
  const midnight = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((midnight(now) - midnight(at)) / (24 * hour));
}

/** Formatters for a locale (BCP 47). */
export function createFormats(locale: string): Formats {
  const dates = (options: Intl.DateTimeFormatOptions) =>
    lazily(() => new Intl.DateTimeFormat(locale, options));
  const clock = dates({ hour: '2-digit', minute: '2-digit' });
  const weekday = dates({ weekday: 'long' });
  const dayLong = dates({ weekday: 'long', day: 'numeric', month: 'long' });
  const dayYear = dates({ day: 'numeric', month: 'long', year: 'numeric' });
  const date = dates({ day: 'numeric', month: 'long' });
  const short = dates({ day: 'numeric', month: 'short' });
  const shortYear = dates({ day: 'numeric', month: 'short', year: 'numeric' });
  const full = dates({ dateStyle: 'full', timeStyle: 'short' });
  const relative = lazily(() => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }));
  const number = lazily(() => new Intl.NumberFormat(locale));
  const relativeDay = (days: number) => capital(relative().format(-days, 'day'), locale);
  return {
    number: (value) => number().format(value),
    money: (value) => money(value, locale),
    bytes: (bytes) => size(bytes, locale),
    duration: (minutes) => duration(minutes, locale, 'long'),
    clock: (at) => clock().format(at),
    day: (at, now) => (sameYear(at, now) ? dayLong : dayYear)().format(at),
    date: (at, now) => (sameYear(at, now) ? date : dayYear)().format(at),
    full: (at) => full().format(at),
    relativeDay,
    ago: (at, now) => {
      const passed = now.getTime() - at.getTime();
      const days = daysBetween(at, now);
      if (passed < 6 * hour) return duration(Math.max(1, passed / minute), locale, 'short');
      if (days === 0) return clock().format(at);
      if (days === 1) return relativeDay(1);
      if (days < 7) return weekday().format(at);
      return (sameYear(at, now) ? short : shortYear)().format(at);
    },
  };
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

const sameYear = (a: Date, b: Date) => a.getFullYear() === b.getFullYear();

function capital(text: string, locale: string): string {
  const [first = ''] = text;
  return first.toLocaleUpperCase(locale) + text.slice(first.length);
}

function money({ amount, currency }: Money, locale: string): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

function size(bytes: number, locale: string): string {
  const [unit, value] =
    bytes < 1_000_000 ? (['kilobyte', bytes / 1000] as const) : (['megabyte', bytes / 1_000_000] as const);
  const maximumFractionDigits = unit === 'megabyte' && value < 10 ? 1 : 0;
  const shown = bytes > 0 ? Math.max(value, unit === 'kilobyte' ? 1 : 0) : 0;
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits,
  }).format(shown);
}

function duration(minutes: number, locale: string, unitDisplay: 'long' | 'short'): string {
  const [unit, value] =
    minutes < 60
      ? (['minute', minutes] as const)
      : minutes < 48 * 60
        ? (['hour', minutes / 60] as const)
        : (['day', minutes / 60 / 24] as const);
  const whole = unitDisplay === 'long' ? Math.ceil(value) : Math.floor(value);
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay }).format(whole);
}
