/** A pattern for `like` that finds `q` anywhere, in which `%`, `_` and `\` are plain characters; null when there is nothing to find. */
export function likePattern(q: string | undefined): string | null {
  const wanted = q?.replaceAll('\0', '').trim() ?? '';
  return wanted === '' ? null : `%${wanted.replace(/[\\%_]/g, '\\$&')}%`;
}
