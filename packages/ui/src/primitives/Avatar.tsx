import { useState } from 'react';
import { classes } from './class-names.ts';
import { Icon } from './Icon.tsx';

export interface AvatarProps {
  id: string;
  name: string;
  imageUrl?: string | null;
  /** People are round, stores are rounded squares, the marketplace's team has a shield. */
  kind?: 'person' | 'store' | 'team';
}

const hues = 12;

/** One of twelve tints, always the same for an id (FNV-1a). */
function hueOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % hues;
}

/** First letters of the first and the last word that begin with a letter or digit. */
export function initials(name: string): string {
  const starts = name
    .slice(0, 200)
    .split(/\s+/u)
    .map((word) => /[\p{L}\p{N}]/u.exec(word)?.[0] ?? '')
    .filter((letter) => letter !== '');
  const [first = '', ...rest] = starts;
  return (first + (rest.at(-1) ?? '')).toLocaleUpperCase();
}

/** A face for the eye alone: the name stands in words beside it. */
export function Avatar({ id, name, imageUrl, kind = 'person' }: AvatarProps) {
  const [broken, setBroken] = useState<string | null>(null);
  const picture = kind !== 'team' && imageUrl && imageUrl !== broken ? imageUrl : null;
  return (
    <span className={classes('parley-face', `parley-${kind}`, `parley-hue-${hueOf(id)}`)} aria-hidden="true">
      {kind === 'team' && <Icon name="shield" small />}
      {picture && <img src={picture} alt="" loading="lazy" onError={() => setBroken(picture)} />}
      {kind !== 'team' && !picture && initials(name)}
    </span>
  );
}
