import { cpus, totalmem } from 'node:os';
import { generateCommand } from './generate/command.ts';
import { readOptions, usage, type BenchOptions } from './options.ts';
import { idle } from './scenarios/idle.ts';
import { flat } from './scenarios/flat.ts';
import { latency } from './scenarios/latency.ts';
import { limits } from './scenarios/limits.ts';
import { reads } from './scenarios/reads.ts';
import { saturation } from './scenarios/saturation.ts';
import { storm } from './scenarios/storm.ts';
import { startService, type Service } from './service.ts';
import { figure } from './statistics.ts';

/** The registry: a scenario is a file and a line here. Each runs on a service and a database of its own. */
const scenarios: Readonly<Record<string, (service: Service, options: BenchOptions) => Promise<string[]>>> = {
  limits,
  latency,
  saturation,
  idle,
  reads,
  flat,
  storm,
};

async function main(): Promise<void> {
  if (process.argv[2] === 'generate') return generateCommand(process.argv.slice(3));
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    console.log(usage);
    return;
  }
  const unknown = options.only.find((name) => !(name in scenarios));
  if (unknown !== undefined) throw new Error(`there is no scenario ${unknown}\n\n${usage}`);
  console.log(
    `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${figure(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
  );
  console.log('service, PostgreSQL (fsync on) and load share the machine\n');
  for (const [name, run] of Object.entries(scenarios)) {
    if (options.only.length > 0 && !options.only.includes(name)) continue;
    const service = await startService({ countStatements: name === 'storm', timed: name === 'flat' });
    try {
      const lines = await run(service, options);
      const memory = await service.residentMemory();
      console.log([...lines, `  the service's memory: ${figure(memory / 2 ** 20)} MiB`, ''].join('\n'));
    } finally {
      await service.stop();
    }
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
