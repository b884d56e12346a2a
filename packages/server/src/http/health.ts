import { setTimeout as sleep } from 'node:timers/promises';
import { ProblemError } from '@parley/protocol';
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { schemaState } from '../db/migrate.ts';
import { sendProblem } from './problems.ts';

/** Milliseconds that the database may take to answer. */
const patience = 2_000;

/**
 * `/healthz`: the process lives. `/readyz`: it can serve, the database is reached and its schema is this program's; not while it is
 * `draining`, so that load balancers send nobody any more. Asked again and again: the log hears of a reason once.
 */
export function addHealthRoutes(app: FastifyInstance, pool: Pool, draining: () => boolean): void {
  app.get('/healthz', (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));
  let told: string | null = null;
  app.get('/readyz', async (request, reply) => {
    // Nothing to log: it is so on purpose.
    if (draining())
      return sendProblem(
        reply,
        new ProblemError('unavailable', 'This node is about to stop.', { retryAfter: 2 }),
      );
    let cause: unknown;
    const reason = await whyNotReady(pool).catch((error: unknown) => {
      cause = error;
      return 'The database cannot be reached.';
    });
    if (reason !== null && reason !== told)
      request.log.warn({ reason, ...(cause !== undefined && { err: cause }) }, 'not ready');
    told = reason;
    if (reason !== null) throw new ProblemError('unavailable', reason, { retryAfter: 2 });
    return reply.header('cache-control', 'no-store').send({ status: 'ready' });
  });
}

async function whyNotReady(pool: Pool): Promise<string | null> {
  const state = await Promise.race([schemaState(pool), sleep(patience, 'slow' as const, { ref: false })]);
  switch (state) {
    case 'current':
      return null;
    case 'slow':
      return `The database has not answered within ${patience / 1000} s.`;
    case 'behind':
      return "The database's schema is older than this program: run parley migrate.";
    case 'newer':
      return "The database's schema is newer than this program can work with.";
  }
}
