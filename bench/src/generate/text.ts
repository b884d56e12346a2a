import { pick, randomStream } from './random.ts';
import { commonWords, phrases, sought, syllables, things } from './words.ts';
import type { World } from './world.ts';

/** A message's text, by its index among all: some 80 characters on average; never a tab, a line break or a backslash. */
export function textOf({ rareTexts }: World, index: number): string {
  const random = randomStream(index);
  if (index % rareTexts === 17) return `Do you have a ${sought.rareText} one as well?`;
  if (random() < 0.3) return pick(phrases, random(), 1).replace('#', pick(things, random()));
  const words: string[] = [];
  for (let left = 4 + Math.floor(random() * 24); left > 0; left -= 1)
    words.push(random() < 0.04 ? rareWord(random) : pick(commonWords, random(), 2.5));
  return `${words.join(' ')}.`;
}

function rareWord(random: () => number): string {
  return (
    pick(syllables, random(), 1) +
    pick(syllables, random(), 1) +
    pick(syllables, random(), 1) +
    pick(syllables, random(), 2)
  );
}
