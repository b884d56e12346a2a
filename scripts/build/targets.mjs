import { exists, root } from './root.mjs';
import { externalPackages, reactAsPreact, stylesAsText } from './plugins.mjs';

/** Browsers that know `light-dark()`, `@container`, `dialog` and `:has()`. */
const browsers = ['es2022', 'chrome123', 'firefox128', 'safari17.5'];
const production = { 'process.env.NODE_ENV': '"production"' };

const common = {
  absWorkingDir: root,
  bundle: true,
  conditions: ['parley-source'],
  jsx: 'automatic',
  legalComments: 'none',
  logLevel: 'warning',
  sourcemap: true,
};
const browser = { ...common, platform: 'browser', target: browsers, minify: true, define: production };
const node = { ...common, platform: 'node', target: 'node20', format: 'esm' };
const library = {
  ...common,
  platform: 'neutral',
  target: 'es2022',
  format: 'esm',
  plugins: [externalPackages()],
};
const styles = { ...common, target: browsers, sourcemap: false };

const ui = (...parts) => ['packages', 'ui', ...parts].join('/');
const panelSheet = ui('src/moderation/moderation.css');
const embedStyles = stylesAsText(ui('src/embed/embed.css'), { ...styles, minify: true });

const libraries = () => [
  {
    ...library,
    entryPoints: ['index', 'routes', 'limits'].map((name) => `packages/protocol/src/${name}.ts`),
    outdir: 'packages/protocol/dist',
    splitting: true,
  },
  { ...library, entryPoints: ['packages/client/src/index.ts'], outdir: 'packages/client/dist' },
  { ...library, entryPoints: [ui('src/index.ts')], outdir: ui('dist') },
  {
    ...styles,
    entryPoints: { parley: ui('src/styles/parley.css'), moderation: panelSheet },
    outdir: ui('dist'),
  },
];

const service = () => [
  {
    ...node,
    entryPoints: ['packages/server/src/index.ts', 'packages/server/src/cli.ts'],
    outdir: 'packages/server/dist',
    splitting: true,
    plugins: [externalPackages((path) => path.startsWith('@parley/'))],
  },
];

const pages = () => [
  {
    ...browser,
    format: 'esm',
    splitting: true,
    entryPoints: [ui('src/hosted/inbox.tsx'), ui('src/hosted/moderation.tsx')],
    outdir: ui('dist/hosted'),
    chunkNames: 'chunks/[name]-[hash]',
  },
  {
    ...styles,
    minify: true,
    entryPoints: { hosted: ui('src/hosted/hosted.css'), moderation: panelSheet },
    outdir: ui('dist/hosted'),
  },
  {
    ...browser,
    format: 'esm',
    entryPoints: { 'inbox.preact': ui('src/hosted/inbox.tsx') },
    outdir: ui('dist/hosted'),
    plugins: [reactAsPreact],
  },
  {
    ...browser,
    format: 'iife',
    entryPoints: [ui('src/embed/embed.ts')],
    outdir: ui('dist'),
    plugins: [embedStyles, reactAsPreact],
  },
];

const others = () => [
  {
    ...node,
    entryPoints: ['examples/marketplace/src/main.ts'],
    outdir: 'examples/marketplace/dist',
    plugins: [externalPackages()],
  },
  {
    ...node,
    entryPoints: ['bench/src/main.ts', 'bench/src/scenarios/storm-worker.ts'],
    outdir: 'bench/dist',
    plugins: [externalPackages((path) => path.startsWith('@parley/'))],
  },
];

const entriesOf = ({ entryPoints }) =>
  Array.isArray(entryPoints) ? entryPoints : Object.values(entryPoints);

/** Every build, less those of a package that has no source yet. An entry that is missing beside others is an error. */
export function targets() {
  return [...libraries(), ...service(), ...pages(), ...others()].filter((options) => {
    const missing = entriesOf(options).filter((entry) => !exists(entry));
    if (missing.length === 0) return true;
    const folder = missing[0].slice(0, missing[0].indexOf('/src/'));
    if (exists(folder, 'src', 'index.ts')) throw new Error(`There is no ${missing.join(', ')} to build`);
    return false;
  });
}
