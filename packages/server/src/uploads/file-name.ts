/** Control characters, line separators, and those that turn the direction of text, by which `gpj.exe` reads as `exe.jpg`. */
const invisible = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const maxLength = 200;

/**
 * A file's name as it is kept: no path, nothing invisible, at most 200 characters, with an extension of its real type.
 * @param extensions of the type; the first is added where the name has none of them
 */
export function cleanFileName(raw: string, extensions: readonly string[]): string {
  const bare = Buffer.from(raw.slice(-4 * maxLength))
    .toString()
    .replace(/^.*[/\\]/s, '')
    .replace(invisible, '')
    .trim()
    .replace(/^\.+/, '');
  const named = bare === '' ? 'file' : bare;
  const fits = extensions.some((extension) => named.toLowerCase().endsWith(`.${extension}`));
  const extension = fits ? named.slice(named.lastIndexOf('.')) : `.${extensions[0] ?? 'bin'}`;
  const stem = fits ? named.slice(0, named.lastIndexOf('.')) : named;
  return `${Array.from(stem || 'file')
    .slice(0, maxLength - extension.length)
    .join('')}${extension}`;
}
