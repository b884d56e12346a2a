import { useCallback, useEffect, useState } from 'react';
import { problemOf } from '@parley/client';
import type { Problem } from '@parley/protocol';

export interface Loaded<T> {
  /** What came last; kept while the next is loading and when that fails. */
  readonly data: T | null;
  readonly loading: boolean;
  readonly problem: Problem | null;
  readonly reload: () => void;
}

interface Outcome<T> {
  readonly of: unknown;
  readonly data: T | null;
  readonly problem: Problem | null;
}

/** Calls `load` when the component appears, when `load` itself changes, and on `reload`. With null nothing is loaded. */
export function useLoaded<T>(load: (() => Promise<T>) | null): Loaded<T> {
  const [turn, setTurn] = useState(0);
  const [outcome, setOutcome] = useState<Outcome<T>>({ of: null, data: null, problem: null });
  const [of, setOf] = useState<unknown>(null);
  useEffect(() => {
    if (!load) return undefined;
    let current = true;
    const token = {};
    setOf(token);
    load().then(
      (data) => current && setOutcome({ of: token, data, problem: null }),
      (error: unknown) =>
        current && setOutcome(({ data }) => ({ of: token, data, problem: problemOf(error) })),
    );
    return () => {
      current = false;
    };
  }, [load, turn]);
  const reload = useCallback(() => setTurn((last) => last + 1), []);
  const loading = load !== null && (of === null || outcome.of !== of);
  return { data: outcome.data, problem: loading ? null : outcome.problem, loading, reload };
}
