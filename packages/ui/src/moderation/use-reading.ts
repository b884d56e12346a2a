import { problemOf } from '@parley/client';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Message, ModerationConversationDetail, Problem } from '@parley/protocol';
import { useClient } from '../hooks/parley-provider.tsx';

/** Milliseconds that one reason is good for. */
export const readingTime = 60 * 60_000;

export interface OpenReading {
  readonly reason: string;
  /** When the look was recorded, in milliseconds. */
  readonly since: number;
  readonly detail: ModerationConversationDetail;
  readonly messages: readonly Message[];
}

export interface Reading {
  /** Null before a reason is recorded, and again after reading has stopped. */
  readonly open: OpenReading | null;
  readonly busy: boolean;
  readonly problem: Problem | null;
  readonly hasEarlier: boolean;
  readonly start: (reason: string) => Promise<void>;
  readonly earlier: () => Promise<void>;
  readonly stop: () => void;
}

/**
 * Reading one conversation with a reason. No text of it is asked for before the service has recorded the look, and none is kept after
 * `stop`, after an hour, or when the component goes.
 */
export function useReading(id: string): Reading {
  const client = useClient();
  const [open, setOpen] = useState<OpenReading | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  // A page that arrives after reading has stopped must not bring the texts back.
  const turn = useRef(0);

  const run = useCallback(async (work: () => Promise<(last: OpenReading | null) => OpenReading | null>) => {
    const mine = turn.current;
    setBusy(true);
    setProblem(null);
    try {
      const change = await work();
      if (turn.current === mine) setOpen(change);
    } catch (error) {
      if (turn.current === mine) setProblem(problemOf(error));
    } finally {
      if (turn.current === mine) setBusy(false);
    }
  }, []);

  const start = (reason: string) =>
    run(async () => {
      const query = { reason };
      const detail = await client.call('readModerationConversation', { params: { id }, query });
      const { items } = await client.call('readModerationMessages', { params: { id }, query });
      return () => ({ reason, since: Date.now(), detail, messages: items });
    });
  const first = open?.messages[0]?.seq ?? 1;
  const earlier = async () => {
    if (!open || busy || first <= 1) return;
    const query = { reason: open.reason, before: first };
    await run(async () => {
      const { items } = await client.call('readModerationMessages', { params: { id }, query });
      return (last) => last && { ...last, messages: [...items, ...last.messages] };
    });
  };
  const stop = useCallback(() => {
    turn.current++;
    setOpen(null);
    setBusy(false);
    setProblem(null);
  }, []);

  const since = open?.since;
  useEffect(() => {
    if (since === undefined) return undefined;
    const timer = setTimeout(stop, Math.max(0, since + readingTime - Date.now()));
    return () => clearTimeout(timer);
  }, [since, stop]);
  return { open, busy, problem, hasEarlier: first > 1, start, earlier, stop };
}
