import type { Money } from '@parley/protocol';

/** An amount as the reader writes it; ISO 4217's minor units. */
export function formatMoney({ amount, currency }: Money, locale: string): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/**
 * When something was written: the time of day, with its date when that is not today's. A reader whose time zone is not known
 * reads UTC, named as such.
 */
export function formatTime(at: Date, now: Date, locale: string, timeZone: string | null): string {
  const zone = knownZone(timeZone);
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: zone ?? 'UTC' });
  const date: Intl.DateTimeFormatOptions =
    day.format(at) === day.format(now) ? {} : { day: 'numeric', month: 'short' };
  return new Intl.DateTimeFormat(locale, {
    ...date,
    hour: '2-digit',
    minute: '2-digit',
    timeZone: zone ?? 'UTC',
    ...(zone === null && { timeZoneName: 'short' }),
  }).format(at);
}

function knownZone(timeZone: string | null): string | null {
  try {
    return timeZone && new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}
