import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import {
  ConfigError,
  createApp,
  DatabaseUnreachableError,
  EmbeddedPostgresError,
  ListenError,
  loadConfig,
  MigrationError,
  runUntilStopped,
  type App,
  type Config,
} from 'parley';
import { addMailboxRoutes } from './mailbox/mailbox-routes.ts';
import { startMailbox, type Mailbox } from './mailbox/mailbox.ts';
import { demoBar } from './pages/demo-bar.ts';
import { connectParley } from './parley.ts';
import { personaFromCookie } from './persona.ts';
import { publicFiles } from './public-files.ts';
import { addHostedPages } from './routes/hosted-pages.ts';
import { addShopRoutes } from './routes/shop-routes.ts';
import { writeSample } from './sample/write-sample.ts';
import { createShop } from './shop/shop.ts';
import { openShopState } from './shop/shop-state.ts';
import { whereToLook } from './where-to-look.ts';

const say = (line: string) => console.log(line);

/** What the demo takes for itself where the environment says nothing: a sender's name, and both names of this machine. */
function demoConfig(): Config {
  const port = process.env.PORT?.trim() || '4000';
  const defaults = {
    MAIL_FROM: 'Kiln & Lens <no-reply@kilnandlens.example>',
    ALLOWED_ORIGINS: `http://127.0.0.1:${port}`,
  };
  const given = Object.entries(process.env).filter(([, value]) => value?.trim());
  return loadConfig({ ...defaults, ...Object.fromEntries(given) }, 'demo');
}

/** Where the shop reaches Parley: the same process here, another machine in real life. */
function parleyUrl({ host, port }: Config): string {
  const reachable = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

type Plugin = (app: FastifyInstance) => Promise<void>;

/** Lets a plugin's hooks see Parley's own pages too; Fastify would keep them to the plugin's routes. */
function aroundEverything(plugin: Plugin): Plugin {
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}

/** Starts Parley and the shop in one process and on one address, and tells Parley all that the shop has. */
async function start(config: Config, mailbox: Mailbox): Promise<App> {
  const { apiKey, secret, publicUrl, dataDir } = config;
  const parley = connectParley({ url: parleyUrl(config), apiKey, secret, shopUrl: publicUrl });
  const state = await openShopState(join(dataDir, 'shop.json'));
  const shop = createShop({ parley, state, warn: say });
  const unread = () => mailbox.unread();
  const routes = aroundEverything(async (app) => {
    await app.register(publicFiles);
    await app.register((scope) =>
      addShopRoutes(scope, { shop, parley, shopUrl: publicUrl, unreadMails: unread }),
    );
    await app.register(addMailboxRoutes, {
      mailbox,
      bar: ({ headers }) => demoBar(personaFromCookie(headers.cookie), unread()),
    });
    addHostedPages(app, { parley });
  });
  const app = await createApp({ ...config, smtpUrl: config.smtpUrl ?? mailbox.smtpUrl }, { routes, say });
  try {
    await shop.syncAll();
    if (!state.data.sampled) say('Writing the sample conversations …');
    await writeSample({ parley, shop, state });
  } catch (error) {
    await app.close();
    throw error;
  }
  say(whereToLook(publicUrl));
  return app;
}

/** Runs the demo until it is stopped, and answers the exit code. */
async function run(): Promise<number> {
  const config = demoConfig();
  const mailbox = await startMailbox({ folder: join(config.dataDir, 'mailbox') });
  try {
    return await runUntilStopped(await start(config, mailbox));
  } finally {
    await mailbox.close();
  }
}

/** Errors whose message says what to do; of all others the stack is wanted. */
const forPeople = [ConfigError, ListenError, EmbeddedPostgresError, MigrationError, DatabaseUnreachableError];

try {
  process.exitCode = await run();
} catch (error) {
  const known = error instanceof Error && forPeople.some((each) => error instanceof each);
  console.error(known ? `\n${error.message}\n` : error);
  process.exitCode = 1;
}
