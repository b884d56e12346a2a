import { meanings, prepareAlone } from '../alone.ts';
import type { BenchOptions } from '../options.ts';
import type { Service } from '../service.ts';
import { figure } from '../statistics.ts';

/** What PostgreSQL alone does here with one and with 16 clients. */
export async function limits(service: Service, options: BenchOptions): Promise<string[]> {
  const alone = await prepareAlone(service);
  const lines: string[] = [];
  const seconds = Math.max(2, options.seconds / 2);
  const add = (what: string, clients: number, perSecond: number): number =>
    lines.push(
      `PostgreSQL alone, one statement a message (${what}), ${clients} client${clients === 1 ? '' : 's'}: ${figure(perSecond)} messages/s`,
    );
  for (const clients of [1, 16])
    add(`${meanings.bare}, by pgbench with its defaults`, clients, await alone.byPgbench(clients, seconds));
  for (const what of ['bare', 'whole'] as const)
    for (const clients of [1, 16])
      add(`${meanings[what]}, prepared`, clients, await alone.perSecond(what, clients, seconds));
  await alone.close();
  return lines;
}
