import { totalmem } from 'node:os';

const mebibyte = 1024 * 1024;

/** Bytes of memory that this process may use: the machine's, or what its container is limited to. */
export function usableMemory(total = totalmem(), limit = process.constrainedMemory()): number {
  // Without a limit Node answers 0, or a number far beyond any machine.
  return limit > 0 ? Math.min(total, limit) : total;
}

/**
 * Mebibytes for PostgreSQL's own cache (`shared_buffers`): an eighth of the memory, from 128, which is PostgreSQL's default, to 1,024. More
 * is better left to the service and to the system's cache, which both share the machine with it. It is taken as it is filled.
 */
export function sharedBuffers(memory = usableMemory()): number {
  return Math.min(1024, Math.max(128, Math.floor(memory / 8 / mebibyte)));
}
