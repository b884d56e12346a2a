import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { at, exists } from './root.mjs';

/** Bytes; below, a file travels in one packet anyway. */
const worthwhile = 1024;
/** Maps are for a developer's tools alone, and at the highest quality would take longer than all the rest. */
const isMap = (file) => file.endsWith('.map');
/** By bytes too: quality 11 takes seconds for a megabyte, and saves a tenth over 9. */
const qualityFor = (file, { length }) => (isMap(file) ? 5 : length > 1_000_000 ? 9 : 11);

const forms = {
  '.br': (file, bytes) =>
    promisify(brotliCompress)(bytes, {
      params: {
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_QUALITY]: qualityFor(file, bytes),
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  '.gz': (file, bytes) => promisify(gzip)(bytes, { level: isMap(file) ? 6 : 9 }),
};

async function writeForm(file, bytes, suffix) {
  const form = `${file}${suffix}`;
  if (exists(form)) return form;
  const compressed = await forms[suffix](file, bytes);
  // Under another name first: a service that runs meanwhile, and the next build, take what is there for whole.
  const part = at(`${form}.${process.pid}.part`);
  writeFileSync(part, compressed);
  renameSync(part, at(form));
  return form;
}

/** Removes the compressed forms of a file that is about to change. */
export function dropForms(file) {
  for (const suffix of Object.keys(forms)) rmSync(at(`${file}${suffix}`), { force: true });
}

/** Puts a `.br` and a `.gz` beside each file that has none and is worth it, in parallel. Returns those that are there. */
export async function compress(files) {
  const made = files.map(async (file) => {
    const bytes = readFileSync(at(file));
    if (bytes.length <= worthwhile) return [];
    return Promise.all(Object.keys(forms).map((suffix) => writeForm(file, bytes, suffix)));
  });
  return (await Promise.all(made)).flat();
}
