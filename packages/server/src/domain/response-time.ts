/** Fewer first answers than this say nothing of a store. */
const enough = 3;

/** The median of a store's first answers in whole minutes, at least 1; null while there are too few. `seconds` in any order. */
export function responseMinutes(seconds: readonly number[]): number | null {
  if (seconds.length < enough) return null;
  const sorted = [...seconds].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return Math.max(1, Math.round((lower + upper) / 2 / 60));
}
