export * from './endpoints.ts';
export * from './frames.ts';
export * from './limits.ts';
export * from './problems.ts';
export * from './resources.ts';
export { routePath, routes, type RouteName } from './routes.ts';
export * from './schema.ts';
