import { spawnSync } from 'node:child_process';
import { writeFileSync, rmSync } from 'node:fs';
import { at, exists } from './root.mjs';

const packages = ['protocol', 'client', 'ui', 'server'];

/** Writes the declarations of each package that is published. Throws when the compiler finds an error. */
export function emitTypes() {
  for (const name of packages.filter((each) => exists('packages', each, 'src', 'index.ts'))) {
    const config = at('packages', name, 'tsconfig.types.json');
    writeFileSync(
      config,
      JSON.stringify({
        extends: '../../tsconfig.base.json',
        compilerOptions: {
          noEmit: false,
          emitDeclarationOnly: true,
          declaration: true,
          rootDir: 'src',
          customConditions: [],
          outDir: 'dist',
        },
        include: ['src'],
      }),
    );
    try {
      const { status } = spawnSync(
        process.execPath,
        [at('node_modules', 'typescript', 'bin', 'tsc'), '-p', config],
        {
          stdio: 'inherit',
        },
      );
      if (status !== 0) throw new Error(`The declarations of packages/${name} cannot be written`);
    } finally {
      rmSync(config);
    }
  }
}
