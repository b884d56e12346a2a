import { classes } from './class-names.ts';
import { iconPaths, type IconName } from './icon-paths.ts';

export interface IconProps {
  name: IconName;
  /** 16 px instead of 20. */
  small?: boolean;
  className?: string;
}

/** Only arrows and panels turn round in a right-to-left page. */
const turning: ReadonlySet<IconName> = new Set(['back', 'panel', 'out', 'undo']);

/** A drawing for the eye alone: what it means stands in words beside it. */
export function Icon({ name, small, className }: IconProps) {
  return (
    <svg
      className={classes(
        'parley-icon',
        `parley-icon-${name}`,
        small && 'parley-small',
        turning.has(name) && 'parley-flip',
        className,
      )}
      viewBox="0 0 24 24"
      aria-hidden="true"
    >
      <path d={iconPaths[name]} />
    </svg>
  );
}
