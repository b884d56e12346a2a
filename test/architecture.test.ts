import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (name === 'node_modules' || name === 'dist') return [];
    if (statSync(path).isDirectory()) return sources(path);
    return /\.tsx?$/.test(name) ? [path] : [];
  });
}

/** Every module that a file names: imports of values and of types, re-exports, dynamic imports. */
function importsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)['"]([^'"]+)['"]/g)].flatMap(
    (match) => match[1] ?? [],
  );
}

interface Use {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Uses between packages: the importing package's folder, and the imported package's name. */
function packageUses(folder: string): Use[] {
  return sources(join(root, folder)).flatMap((path) =>
    importsOf(path)
      .filter((name) => /^(@parley\/|parley$|parley\/)/.test(name))
      .map((to) => ({ file: relative(root, path), from: folder, to })),
  );
}

describe('packages import in one direction', () => {
  test.each([
    ['packages/protocol/src', []],
    ['packages/server/src', ['@parley/protocol']],
    ['packages/client/src', ['@parley/protocol']],
    ['packages/ui/src', ['@parley/protocol', '@parley/client']],
    ['examples/marketplace/src', ['parley', '@parley/protocol']],
  ])('%s', (folder, allowed) => {
    const uses = packageUses(folder);
    if (allowed.length > 0) expect(uses.length).toBeGreaterThan(0);
    expect(
      uses.filter(({ to }) => !allowed.some((name) => to === name || to.startsWith(`${name}/`))),
    ).toEqual([]);
  });

  test('nothing reaches into another package by path', () => {
    const folders = [
      'packages/protocol',
      'packages/server',
      'packages/client',
      'packages/ui',
      'examples/marketplace',
    ];
    const strays = folders.flatMap((folder) =>
      sources(join(root, folder, 'src')).flatMap((path) =>
        importsOf(path)
          .filter(
            (name) =>
              name.startsWith('.') &&
              relative(join(root, folder), resolve(dirname(path), name)).startsWith('..'),
          )
          .map((to) => `${relative(root, path)} → ${to}`),
      ),
    );
    expect(strays).toEqual([]);
  });

  test('browser code takes values of the protocol from its routes alone', () => {
    const strays = ['packages/client/src', 'packages/ui/src'].flatMap((folder) =>
      sources(join(root, folder)).filter((path) =>
        /^(?:import|export) (?!type)[^;]*? from '@parley\/protocol';/m.test(readFileSync(path, 'utf8')),
      ),
    );
    expect(strays.map((path) => relative(root, path))).toEqual([]);
  });
});

/** What each folder of the server may import, beside itself and libraries. Files of the root are the wiring. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  blobs: ['domain'],
  uploads: [],
  config: ['config.ts', 'journal/failpoint.ts'],
  bus: ['db'],
  db: ['domain', 'http/links.ts', 'bus', 'config.ts'],
  journal: ['domain', 'db', 'bus'],
  actions: ['domain', 'uploads', 'journal', 'db', 'bus', 'blobs', 'config.ts', 'config', 'http/links.ts'],
  http: ['actions', 'domain', 'db', 'blobs', 'mail/unsubscribe-pages.ts', 'config.ts', 'config'],
  realtime: ['actions', 'domain', 'db', 'bus'],
  mail: [
    'notifications/notification.ts',
    'domain',
    'db',
    'config.ts',
    'config',
    'http/links.ts',
    'actions/action.ts',
    'actions/email-preferences.ts',
  ],
  notifications: [
    'domain',
    'db',
    'mail',
    'jobs',
    'config.ts',
    'config',
    'http/links.ts',
    'actions/action.ts',
  ],
  jobs: ['actions', 'domain', 'db', 'notifications', 'config.ts', 'config'],
  metrics: [
    'bus/bus.ts',
    'http/observer.ts',
    'http/rate-limit.ts',
    'jobs/observer.ts',
    'journal',
    'realtime/observer.ts',
  ],
};

describe('inside the server', () => {
  const server = join(root, 'packages/server/src');
  const files = sources(server).map((path) => ({ path, inside: relative(server, path) }));

  test.each(Object.entries(rooms))('%s imports what it may', (room, allowed) => {
    const strays = files
      .filter(({ inside }) => inside.startsWith(`${room}/`))
      .flatMap(({ path, inside }) =>
        importsOf(path)
          .filter((name) => name.startsWith('.'))
          .map((name) => relative(server, resolve(dirname(path), name)))
          .filter((to) => ![room, ...allowed].some((name) => to === name || to.startsWith(`${name}/`)))
          .map((to) => `${inside} → ${to}`),
      );
    expect(strays).toEqual([]);
  });

  test('every folder has its rule', () => {
    const folders = new Set(
      files.flatMap(({ inside }) => (inside.includes('/') ? [inside.split('/')[0] ?? ''] : [])),
    );
    expect([...folders].filter((folder) => !(folder in rooms))).toEqual([]);
  });

  test('ARCHITECTURE.md shows these rules', () => {
    const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
    const table = text.split('\n\n').find((block) => block.startsWith('| folder ')) ?? '';
    const shown = [...table.matchAll(/^\| `(\w+)` +\|([^|]*)\|/gm)].map(([, room = '', allowed = '']) =>
      [room, ...(allowed.match(/[^\s,]+/g) ?? []).sort()].join(' '),
    );
    const held = Object.entries(rooms).map(([room, allowed]) => [room, ...[...allowed].sort()].join(' '));
    expect(shown.sort()).toEqual(held.sort());
  });

  test('domain does no I/O and reads no clock', () => {
    const strays = files
      .filter(({ inside }) => inside.startsWith('domain/'))
      .filter(
        ({ path }) =>
          importsOf(path).some((name) => !name.startsWith('.') && name !== '@parley/protocol') ||
          /Date\.now|new Date\(\)|Math\.random/.test(readFileSync(path, 'utf8')),
      );
    expect(strays.map(({ inside }) => inside)).toEqual([]);
  });

  test('only config reads the environment', () => {
    const strays = files.filter(
      ({ inside, path }) =>
        !/^(config\.ts|config\/|cli\.ts|main\.ts)/.test(inside) &&
        /process\.env\b/.test(readFileSync(path, 'utf8')),
    );
    expect(strays.map(({ inside }) => inside)).toEqual([]);
  });
});
