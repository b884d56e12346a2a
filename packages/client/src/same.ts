/** `previous` where `next` has the same elements, so that equal content keeps its reference. */
export function keepList<T>(previous: readonly T[] | undefined, next: readonly T[]): readonly T[] {
  const same = previous?.length === next.length && next.every((item, index) => item === previous[index]);
  return same ? previous : next;
}

/** `previous` where every field of `next` is the same. */
export function keepRecord<T extends object>(previous: T | undefined, next: T): T {
  if (previous === undefined) return next;
  const before = new Map<string, unknown>(Object.entries(previous));
  return Object.entries(next).every(([key, value]) => before.get(key) === value) ? previous : next;
}
