import { useNow } from '../hooks/use-now.ts';
import { useWords } from '../words/use-words.tsx';

export interface TimeProps {
  /** ISO 8601. */
  at: string;
  /** `ago` for lists (kept current), `clock` for the time of day, `full` for both day and time. */
  as?: 'ago' | 'clock' | 'full';
  className?: string;
}

/** A moment, as short as its place allows; in full as its title. */
export function Time({ at, as = 'clock', className }: TimeProps) {
  const words = useWords();
  const date = new Date(at);
  return (
    <time className={className} dir="auto" dateTime={at} title={words.full(date)}>
      {as === 'ago' ? <Ago date={date} /> : words[as](date)}
    </time>
  );
}

/** Only what changes with time listens to the clock: a thread may hold thousands of moments. */
function Ago({ date }: { date: Date }) {
  const words = useWords();
  const now = useNow();
  return now - date.getTime() < 60_000 ? words.say('time.now') : words.ago(date, new Date(now));
}
