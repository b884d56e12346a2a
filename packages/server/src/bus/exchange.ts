import { randomBytes } from 'node:crypto';
import type { Hint } from './hints.ts';
import { createMissingPayloads } from './missing-payloads.ts';
import { readPayload, writePayload, type ReadPayload, type Remark } from './payloads.ts';
import { createSentPayloads } from './sent-payloads.ts';

/** One node's side of what nodes say to each other: what must arrive is numbered, asked for where it does not come, and sent again. */
export interface Exchange {
  /** The payloads that carry these hints to the other nodes. */
  write(hints: readonly Hint[]): string[];
  /** What came over the bus; null where it is no payload. Nothing is read of this node's own. */
  read(payload: string): Pick<ReadPayload, 'hints' | 'isSpoiled'> | null;
  /** Says to the others that this node is there, once it can hear them: they tell their numbers. */
  greet(): void;
  /** Whoever is connected here syncs anyway: what is missing now is not asked for. */
  forget(): void;
  /** Ends it, with what the other nodes have to hear last: whoever misses something of this node's then looks into the database. */
  close(): string[];
}

export interface ExchangeOptions {
  /** Hands payloads over, once: whoever needs them asks again. */
  readonly send: (payloads: readonly string[]) => void;
  /** Another node's hints are lost for good. */
  readonly onLost: () => void;
}

export function createExchange({ send, onLost }: ExchangeOptions): Exchange {
  const node = randomBytes(6).toString('hex');
  let isAlone = true;
  const payloadOf = (remark: Remark): string => writePayload(node, null, JSON.stringify(remark));
  const say = (remark: Remark): void => send([payloadOf(remark)]);
  const sent = createSentPayloads(node, (upto) => {
    if (!isAlone) say(['n', upto]);
  });
  const missing = createMissingPayloads({ ask: (other, numbers) => say(['a', other, numbers]), onLost });

  const greet = (): void => say(['n', sent.last()]);

  function heed(other: string, [letter, about, numbers]: Remark): void {
    if (letter === 'n') return missing.reached(other, about);
    const again = about === node ? sent.again(numbers) : [];
    if (again.length > 0) send(again);
  }

  return {
    write: (hints) => sent.write(hints),
    read(payload) {
      const read = readPayload(payload);
      if (read === null) return null;
      if (read.node === node) return { hints: [], isSpoiled: false };
      isAlone = false;
      if (missing.isNew(read.node)) greet();
      if (read.number !== null) missing.came(read.node, read.number);
      for (const remark of read.remarks) heed(read.node, remark);
      return read;
    },
    greet,
    forget: () => missing.forget(),
    close() {
      sent.close();
      missing.close();
      return isAlone ? [] : [payloadOf(['n', sent.last()])];
    },
  };
}
