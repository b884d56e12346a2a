import { createNode } from './node.ts';
import { startJobs } from '../../src/jobs/start.ts';

// A node of its own process, for tests that kill it in the middle of a job.
const [databaseUrl = '', smtpUrl = ''] = process.argv.slice(2);
const node = await createNode(databaseUrl, { SMTP_URL: smtpUrl });
await startJobs(node.context, databaseUrl);
process.stdout.write('working\n');
