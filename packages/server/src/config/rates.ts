import type { Reader } from './reader.ts';

/** A rate as `n/s`, `n/m` or `n/h`. */
export interface Rate {
  readonly count: number;
  readonly seconds: number;
}

export interface Rates {
  /** Messages of one user, with a burst of four times as many. */
  readonly limitSends: Rate;
  /** Conversations that one user may open. */
  readonly limitConversations: Rate;
  /** Requests of one user, or of one address without a token. */
  readonly limitRequests: Rate;
  /** Sockets that one user may have open on one node. */
  readonly limitConnections: number;
}

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

export function readRates(reader: Reader): Rates {
  return {
    limitSends: readRate(reader, 'LIMIT_SENDS', { count: 5, seconds: 1 }),
    limitConversations: readRate(reader, 'LIMIT_CONVERSATIONS', { count: 20, seconds: 3600 }),
    limitRequests: readRate(reader, 'LIMIT_REQUESTS', { count: 50, seconds: 1 }),
    limitConnections: reader.integer('LIMIT_CONNECTIONS', { min: 1, max: 1_000_000 }) ?? 10_000,
  };
}

function readRate(reader: Reader, name: string, fallback: Rate): Rate {
  const value = reader.text(name);
  if (value === null) return fallback;
  const [, count, unit] = /^([1-9]\d{0,8})\/([smh])$/.exec(value) ?? [];
  const period = seconds[unit ?? ''];
  if (count !== undefined && period !== undefined) return { count: Number(count), seconds: period };
  reader.fail(`${name} must be a rate such as 5/s, 20/m or 100/h, not "${value}".`);
  return fallback;
}
