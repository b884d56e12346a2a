import { meanings, prepareAlone } from '../alone.ts';
import type { BenchOptions } from '../options.ts';
import type { Service } from '../service.ts';
import { figure } from '../statistics.ts';

/** What PostgreSQL alone does here with one and with 16 clients. */
export async function limits(service: Service, options: BenchOptions): Promise<string[]> {
  const alone = await prepareAlone(service);
  const lines: string[] = [];
  for (const what of ['bare', 'whole'] as const)
    for (const clients of [1, 16]) {
      const perSecond = await alone.perSecond(what, clients, Math.max(2, options.seconds / 2));
      lines.push(
        `PostgreSQL alone, one statement a message (${meanings[what]}), ${clients} client${clients === 1 ? '' : 's'}: ${figure(perSecond)} messages/s`,
      );
    }
  await alone.close();
  return lines;
}
