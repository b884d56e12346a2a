import { build } from 'esbuild';
import { at } from './root.mjs';

/** Leaves npm packages to be found at run time, and takes in those of this workspace that `isOurs` names. */
export const externalPackages = (isOurs = () => false) => ({
  name: 'external-packages',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path === 'parley:styles' || isOurs(path)
        ? undefined
        : { path, external: true },
    );
  },
});

const preact = {
  react: 'preact/compat',
  'react/jsx-runtime': 'preact/jsx-runtime',
  'react/jsx-dev-runtime': 'preact/jsx-runtime',
  'react-dom': 'preact/compat',
  'react-dom/client': 'preact/compat/client',
};

/** React's names answered by Preact, for the packages that import React too. */
export const reactAsPreact = {
  name: 'react-as-preact',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^react(-dom)?(\/|$)/ }, ({ path, kind, pluginData }) => {
      if (pluginData === 'preact') return undefined;
      const name = preact[path];
      if (name === undefined) return { errors: [{ text: `Preact has no answer for ${path}` }] };
      return resolve(name, { kind, resolveDir: at('packages', 'ui'), pluginData: 'preact' });
    });
  },
};

/** `import css from 'parley:styles'` is the whole style sheet as one minified text, for shadow roots. */
export const stylesAsText = (entry, options) => ({
  name: 'styles-as-text',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^parley:styles$/ }, ({ path }) => ({ path, namespace: 'parley-styles' }));
    onLoad({ filter: /.*/, namespace: 'parley-styles' }, async () => {
      const { outputFiles, metafile } = await build({
        ...options,
        entryPoints: [entry],
        write: false,
        metafile: true,
      });
      const watchFiles = Object.keys(metafile.inputs).map((file) => at(file));
      return { contents: outputFiles[0].text.trim(), loader: 'text', watchFiles };
    });
  },
});
