// The screens' twelve tints (OKLCH 91% 0.045 and 38% 0.09 at their hues) as mail programs read them: ground and letters.
const tints = [
  ['#fed7d1', '#6a2c26'],
  ['#f9dbc5', '#653401'],
  ['#eee0c0', '#563e00'],
  ['#dee6c5', '#3e4800'],
  ['#ceead1', '#194f25'],
  ['#c3ece1', '#005142'],
  ['#c0eaf1', '#004e5b'],
  ['#c7e6fc', '#00486c'],
  ['#d4e1ff', '#2e3f72'],
  ['#e4dbfc', '#49366b'],
  ['#f1d8f2', '#5a305c'],
  ['#fad6e4', '#652b47'],
] as const;

/** A face in letters: mail programs hide pictures at first. */
export interface Face {
  readonly initials: string;
  readonly ground: string;
  readonly ink: string;
  /** People are round, stores are rounded squares. */
  readonly radius: number;
}

/** The face of a person or store, in the tint that the screens give the same id (FNV-1a). */
export function faceOf(id: string, name: string, kind: 'person' | 'store'): Face {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  const [ground, ink] = tints[(hash >>> 0) % tints.length] ?? tints[0];
  return { initials: initials(name), ground, ink, radius: kind === 'store' ? 12 : 22 };
}

function initials(name: string): string {
  const letters = name.split(' ').flatMap((word) => /[\p{L}\p{N}]/u.exec(word)?.[0] ?? []);
  return `${letters[0] ?? ''}${letters.length > 1 ? (letters.at(-1) ?? '') : ''}`.toLocaleUpperCase('en');
}
