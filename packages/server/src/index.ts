export { createApp, ListenError, type App, type AppOptions } from './app.ts';
export { ConfigError, loadConfig, type Config, type Mode } from './config.ts';
export { EmbeddedPostgresError } from './db/embedded/errors.ts';
export { startEmbeddedPostgres, type EmbeddedPostgres } from './db/embedded/start.ts';
export { migrate, MigrationError } from './db/migrate.ts';
export { DatabaseUnreachableError } from './db/open.ts';
export { createLogger } from './http/logging.ts';
export { runUntilStopped } from './main.ts';
