import type { Failpoint } from '../journal/failpoint.ts';
import type { Reader } from './reader.ts';

/**
 * `PARLEY_FAILPOINT`, such as `journal.after-commit:exit:0.05`: where the process dies, for tests of what survives. Refused unless
 * `NODE_ENV` is `test`.
 */
export function readFailpoint(reader: Reader): { readonly failpoint?: Failpoint } {
  const value = reader.text('PARLEY_FAILPOINT');
  if (value === null) return {};
  if (reader.text('NODE_ENV') !== 'test') {
    reader.fail(
      'PARLEY_FAILPOINT lets the service die on purpose; it is for tests (NODE_ENV=test). Unset it.',
    );
    return {};
  }
  const probability = Number(/^journal\.after-commit:exit:(0\.\d{1,6}|1)$/.exec(value)?.[1]);
  if (probability > 0) return { failpoint: { place: 'journal.after-commit', probability } };
  reader.fail(
    `PARLEY_FAILPOINT must be like journal.after-commit:exit:0.05, with a probability above 0 to 1, not "${value}".`,
  );
  return {};
}
