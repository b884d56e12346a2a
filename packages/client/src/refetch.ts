import type { Problem } from '@parley/protocol';
import type { ConversationCache } from './conversation-cache.ts';
import type { Http } from './http.ts';
import { isPassing, problemOf } from './parley-error.ts';
import { retryDelay, type Runtime } from './runtime.ts';

/** Asks for conversations that are not known, or not surely known, one after the other. */
export interface Refetch {
  /** Once, soon, however often it is asked for until then. With `seq`: unless that much is known by then. */
  (id: string, seq?: number): void;
}

export interface RefetchOptions {
  readonly runtime: Runtime;
  readonly http: Http;
  readonly cache: ConversationCache;
  /** The conversation is not to be seen any more. */
  readonly onGone: (id: string, problem: Problem) => void;
}

/** Milliseconds in which a push may still bring what is missing. */
const grace = 100;

export function createRefetch({ runtime, http, cache, onGone }: RefetchOptions): Refetch {
  const wanted = new Map<string, number>();
  let running = false;

  async function fetchOne(id: string): Promise<void> {
    const askedAt = cache.stamp();
    try {
      const answer = await http.call('getConversation', { params: { id } });
      if (!cache.accept(answer, askedAt)) refetch(id);
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status === 404) onGone(id, problem);
      else if (isPassing(problem)) runtime.later(() => refetch(id), retryDelay);
    }
  }
  async function run(): Promise<void> {
    for (const [id, seq] of wanted) {
      wanted.delete(id);
      if ((cache.get(id)?.lastSeq ?? 0) < seq) await fetchOne(id);
    }
    running = false;
  }
  function refetch(id: string, seq = Infinity): void {
    wanted.set(id, Math.max(seq, wanted.get(id) ?? 0));
    if (running) return;
    running = true;
    runtime.later(() => void run(), grace);
  }
  return refetch;
}
