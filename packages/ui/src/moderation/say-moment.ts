import type { ModerationWords } from './use-moderation-words.ts';

/** Day and time, such as `17 November, 18:40`. */
export function sayMoment(words: ModerationWords, at: string, now = new Date()): string {
  const date = new Date(at);
  return `${words.date(date, now)}, ${words.clock(date)}`;
}

const reportReasons = ['spam', 'scam', 'harassment', 'off-platform', 'prohibited', 'other'] as const;

/** A report's reason and what its writer added. */
export function sayReport(words: ModerationWords, report: { reason: string; text: string }): string {
  const known = reportReasons.find((reason) => reason === report.reason);
  const reason = known ? words.say(`mod.report-reason.${known}`) : report.reason;
  return report.text === '' ? reason : `${reason}. “${report.text}”`;
}
