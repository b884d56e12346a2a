import type { Message, ModerationConversationDetail } from '@parley/protocol';

type Report = ModerationConversationDetail['reports'][number];

/** One line of the log: a message with the reports of it, or a report of the conversation as a whole. */
export type LogEntry =
  | {
      readonly kind: 'message';
      readonly key: string;
      readonly message: Message;
      readonly reports: readonly Report[];
    }
  | { readonly kind: 'report'; readonly key: string; readonly report: Report };

/** Puts messages and reports in one order: messages by `seq`, reports of the whole between them by time. */
export function logEntries(messages: readonly Message[], reports: readonly Report[]): LogEntry[] {
  const bySeq = new Map<number, Report[]>();
  const whole: Report[] = [];
  for (const report of reports) {
    if (report.seq === null) whole.push(report);
    else bySeq.set(report.seq, [...(bySeq.get(report.seq) ?? []), report]);
  }
  whole.sort((a, b) => a.at.localeCompare(b.at));
  const entries: LogEntry[] = [];
  const oldest = messages[0]?.createdAt ?? '';
  // What was reported before the oldest message that is loaded comes with the earlier ones.
  let next = oldest === '' ? 0 : whole.findIndex((report) => report.at >= oldest);
  if (next < 0) next = whole.length;
  const putReports = (until: string | null) => {
    for (let report = whole[next]; report && (until === null || report.at < until); report = whole[++next])
      entries.push({ kind: 'report', key: report.id, report });
  };
  for (const message of messages) {
    putReports(message.createdAt);
    const own = bySeq.get(message.seq) ?? [];
    entries.push({ kind: 'message', key: `seq ${message.seq}`, message, reports: own });
  }
  putReports(null);
  return entries;
}
