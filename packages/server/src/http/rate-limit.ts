import { ProblemError } from '@parley/protocol';
import type { Config, Rate } from '../config.ts';

/** What is limited: each has its own allowance, per person; `addresses` per network address, for those without a token that is taken. */
export type LimitKind = 'sends' | 'conversations' | 'requests' | 'addresses';

/** Allowances of people and addresses, kept in this process alone. */
export interface Limiter {
  /** Takes one; answers 0, or the whole seconds to wait before there is one again. */
  take(kind: LimitKind, key: string): number;
  /** The same, or throws. @throws {ProblemError} `too-many` with `retryAfter` */
  require(kind: LimitKind, key: string): void;
  /** The whole seconds until there is one, or 0; takes none. */
  wait(kind: LimitKind, key: string): number;
  /** Gives one back that was taken for nothing. */
  giveBack(kind: LimitKind, key: string): void;
}

interface Bucket {
  tokens: number;
  /** Milliseconds of the clock at which `tokens` was right. */
  at: number;
}

const maxBuckets = 100_000;

const words: Readonly<Record<LimitKind, string>> = {
  sends: 'You send messages faster than allowed',
  conversations: 'You have opened as many conversations as allowed for now',
  requests: 'Too many requests',
  addresses: 'Too many requests from your address',
};

/** Token buckets: each holds `burst × count` at most and fills at its rate. Past 100,000 of a kind the one longest unused is forgotten. */
export function createLimiter(
  config: Pick<Config, 'limitSends' | 'limitConversations' | 'limitRequests'>,
  now: () => number = () => performance.now(),
  onRefused?: (kind: LimitKind) => void,
): Limiter {
  const limits: Readonly<Record<LimitKind, Buckets>> = {
    sends: createBuckets(config.limitSends, 4, now),
    conversations: createBuckets(config.limitConversations, 1, now),
    requests: createBuckets(config.limitRequests, 1, now),
    addresses: createBuckets(config.limitRequests, 1, now),
  };
  const take = (kind: LimitKind, key: string): number => {
    const retryAfter = limits[kind].take(key);
    if (retryAfter > 0) onRefused?.(kind);
    return retryAfter;
  };
  return {
    take,
    require(kind, key) {
      const retryAfter = take(kind, key);
      if (retryAfter === 0) return;
      throw new ProblemError('too-many', `${words[kind]}; try again in ${retryAfter} s.`, { retryAfter });
    },
    wait: (kind, key) => limits[kind].wait(key),
    giveBack: (kind, key) => limits[kind].giveBack(key),
  };
}

interface Buckets {
  take(key: string): number;
  wait(key: string): number;
  giveBack(key: string): void;
}

function createBuckets(rate: Rate, burst: number, now: () => number): Buckets {
  const capacity = rate.count * burst;
  const perMillisecond = rate.count / (rate.seconds * 1000);
  // A Map keeps the order of insertion: what is put in anew at every use stands at its end.
  const buckets = new Map<string, Bucket>();

  function touch(key: string): Bucket {
    const at = now();
    const known = buckets.get(key);
    const tokens =
      known === undefined ? capacity : Math.min(capacity, known.tokens + (at - known.at) * perMillisecond);
    const bucket = { tokens, at };
    buckets.delete(key);
    buckets.set(key, bucket);
    if (buckets.size > maxBuckets) forgetOldest(buckets);
    return bucket;
  }

  function secondsTo({ tokens }: Bucket): number {
    // Rounded up, less what floating point adds to a whole number.
    return tokens < 1 ? Math.max(1, Math.ceil((1 - tokens) / perMillisecond / 1000 - 1e-6)) : 0;
  }

  return {
    take(key) {
      const bucket = touch(key);
      const seconds = secondsTo(bucket);
      if (seconds === 0) bucket.tokens -= 1;
      return seconds;
    },
    // Who has taken none is not remembered for asking.
    wait: (key) => (buckets.has(key) ? secondsTo(touch(key)) : 0),
    giveBack(key) {
      const bucket = touch(key);
      bucket.tokens = Math.min(capacity, bucket.tokens + 1);
    },
  };
}

function forgetOldest(buckets: Map<string, Bucket>): void {
  const oldest = buckets.keys().next();
  if (oldest.done !== true) buckets.delete(oldest.value);
}
