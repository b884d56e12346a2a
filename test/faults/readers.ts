import { setTimeout as sleep } from 'node:timers/promises';
import { call } from './api.ts';
import type { Pair } from './load.ts';
import { openLine, type PersonLine } from './person-line.ts';
import type { World } from './world.ts';

/** Sellers who read now and then, on one node, and buyers who see how far, on another. */
export interface Readers {
  /** Ends the reading. */
  pause(): Promise<void>;
  /** Read positions that were acknowledged. */
  count(): number;
  /** Which positions a buyer knew of later than so many milliseconds after, or does not yet; a line each. */
  late(limit: number): string[];
  /** The longest that a position took, of those that are known, in milliseconds. */
  slowest(): number;
  /** Buyers to whom a seller seemed to have read less than before; a line each. */
  readonly backwards: readonly string[];
  close(): void;
}

interface Reading {
  readonly seq: number;
  readonly sellerId: string;
  readonly acknowledgedAt: number;
  seenAt: number;
}

type Take = Parameters<typeof openLine>[1]['frame'];
type Open = (userId: string, url: string, take: Take) => Promise<PersonLine>;

/** What all of them share. `rest` milliseconds lie between two readings of one. */
interface Room {
  readonly open: Open;
  readonly rest: () => number;
  readonly readings: Reading[];
  readonly backwards: string[];
  isOver: boolean;
}

/** Each seller's device is at the last node, each buyer's at the first. */
export async function startReaders(
  { nodes }: World,
  pairs: readonly Pair[],
  rest: () => number,
): Promise<Readers> {
  const [near, far] = [nodes[0]?.url ?? '', nodes.at(-1)?.url ?? ''];
  const lines: PersonLine[] = [];
  const open: Open = async (userId, url, take) => {
    const { token } = await call(near, 'createToken', { body: { userId, expiresIn: 86_400 } });
    const line = await openDevice(token, url, take);
    lines.push(line);
    return line;
  };
  const room: Room = { open, rest, readings: [], backwards: [], isOver: false };
  const devices = await Promise.all(pairs.map((pair) => openPair(room, pair, near, far)));
  const loops = devices.map((device) => keepReading(room, device));
  const waits = () => room.readings.map((one) => ({ ...one, wait: one.seenAt - one.acknowledgedAt }));
  return {
    backwards: room.backwards,
    async pause() {
      room.isOver = true;
      await Promise.all(loops);
    },
    count: () => room.readings.length,
    late: (limit) =>
      waits()
        .filter(({ wait }) => wait > limit)
        .map(
          ({ sellerId, seq, wait }) => `that ${sellerId} read ${seq} was known after ${Math.round(wait)} ms`,
        ),
    slowest: () => waits().reduce((most, { wait }) => (wait < Infinity ? Math.max(most, wait) : most), 0),
    close: () => lines.forEach((line) => line.close()),
  };
}

function openDevice(token: string, url: string, take: Take): Promise<PersonLine> {
  return new Promise((resolve) => {
    const line = openLine(
      { token, urls: [url] },
      { text: () => undefined, ready: () => resolve(line), frame: take, lost: () => undefined },
    );
  });
}

/** A seller's device, and how far the conversation and the reading have come there. */
interface SellersDevice {
  readonly line: PersonLine;
  readonly conversationId: string;
  readonly state: { newest: number; asked: number };
}

async function openPair(
  { open, readings, backwards }: Room,
  { buyerId, sellerId, conversationId }: Pair,
  near: string,
  far: string,
): Promise<SellersDevice> {
  const own: Reading[] = [];
  const buyer = { known: 0, told: 0 };
  const see = (seq: number): void => {
    buyer.known = Math.max(buyer.known, seq);
    for (const one of own) if (one.seq <= buyer.known) one.seenAt = Math.min(one.seenAt, performance.now());
  };
  await open(buyerId, near, (frame) => {
    // Whoever writes has read what was before.
    if (frame.op === 'message' && frame.message.author.userId === sellerId) see(frame.message.seq);
    if (frame.op !== 'read' || frame.userId !== sellerId) return;
    if (frame.seq < buyer.told) backwards.push(`${sellerId}: ${frame.seq} after ${buyer.told}`);
    buyer.told = frame.seq;
    see(frame.seq);
  });
  const state = { newest: 0, asked: 0 };
  const line = await open(sellerId, far, (frame) => {
    if (frame.op === 'message') state.newest = Math.max(state.newest, frame.message.seq);
    if (frame.op !== 'ok') return;
    const seq = Number(frame.ref);
    const acknowledgedAt = performance.now();
    const one = { seq, sellerId, acknowledgedAt, seenAt: seq <= buyer.known ? acknowledgedAt : Infinity };
    own.push(one);
    readings.push(one);
  });
  return { line, conversationId, state };
}

async function keepReading(room: Room, { line, conversationId, state }: SellersDevice): Promise<void> {
  while (!room.isOver) {
    await sleep(room.rest());
    const { newest: seq, asked } = state;
    if (seq <= asked) continue;
    state.asked = seq;
    line.say({ op: 'read', ref: `${seq}`, conversationId, seq });
  }
}
