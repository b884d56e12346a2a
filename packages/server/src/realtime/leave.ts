import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import type { Connection } from './connection.ts';

/** Milliseconds for frames in hand to be answered, and then for the other side to close. */
const answering = 4_000;
const closing = 2_000;

/** Whether a connection takes no more frames: what comes now has no answer, and its sender sends it again elsewhere. */
export function isLeaving({ leaving, socket }: Connection): boolean {
  return leaving || socket.readyState !== socket.OPEN;
}

/** To be called after each answer. */
export function leaveIfAnswered({ leaving, inFlight, socket }: Connection): void {
  if (leaving && inFlight === 0) socket.close(1001, 'going away');
}

/** Answers what is in hand, closes every socket with 1001, and resolves when all are gone. */
export async function dismissAll(
  sockets: ReadonlySet<WebSocket>,
  connections: readonly Connection[],
): Promise<void> {
  for (const connection of connections) {
    connection.leaving = true;
    leaveIfAnswered(connection);
  }
  const inHand = new Set(connections.map(({ socket }) => socket));
  for (const socket of sockets) if (!inHand.has(socket)) socket.close(1001, 'going away');
  await until(() => connections.every(({ inFlight }) => inFlight === 0), answering);
  for (const socket of sockets) socket.close(1001, 'going away');
  await until(() => sockets.size === 0, closing);
  for (const socket of sockets) socket.terminate();
}

async function until(isSo: () => boolean, patience: number): Promise<void> {
  const deadline = performance.now() + patience;
  while (!isSo() && performance.now() < deadline) await sleep(20);
}
