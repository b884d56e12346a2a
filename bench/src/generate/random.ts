/** A hash of two integers, 32 bits: the same data for the same options, without remembering anything. */
export function hash(a: number, b: number): number {
  let h = (Math.imul(a, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b) >>> 0;
  return (h ^ (h >>> 16)) >>> 0;
}

/** From 0 to below 1, by a hash. */
export function share(a: number, b: number): number {
  return hash(a, b) / 0x1_0000_0000;
}

/** A stream of random numbers from 0 to below 1 (mulberry32). */
export function randomStream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** An index below `count`; low ones come often: half of the picks fall into the first eighth at power 3. */
export function skewed(count: number, random: number, power = 2): number {
  return Math.floor(count * random ** power);
}

/** An element, the first ones often. */
export function pick(list: readonly string[], random: number, power = 2): string {
  return list[skewed(list.length, random, power)] ?? '';
}
