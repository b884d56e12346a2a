import type { ButtonHTMLAttributes, ReactNode, RefObject } from 'react';
import { classes } from './class-names.ts';
import { Icon } from './Icon.tsx';
import type { IconName } from './icon-paths.ts';

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children' | 'aria-label'>;

export interface ButtonProps extends Native {
  /** `main` for the one thing to do, `bare` for the other way, `danger` for what hurts. */
  tone?: 'plain' | 'main' | 'bare' | 'danger';
  big?: boolean;
  elementRef?: RefObject<HTMLButtonElement | null>;
  children?: ReactNode;
}

/** A button with words on it. */
export function Button({ tone = 'plain', big, elementRef, className, ...native }: ButtonProps) {
  return (
    <button
      type="button"
      {...native}
      ref={elementRef}
      className={classes(
        'parley-button',
        tone !== 'plain' && `parley-${tone}`,
        big && 'parley-big',
        className,
      )}
    />
  );
}

export interface ToolButtonProps extends Native {
  icon: IconName;
  /** What it does, in words. */
  label: string;
  small?: boolean;
  elementRef?: RefObject<HTMLButtonElement | null>;
}

/** A button with a drawing on it, named for those who do not see that. */
export function ToolButton({ icon, label, small, elementRef, className, ...native }: ToolButtonProps) {
  return (
    <button
      type="button"
      title={label}
      {...native}
      ref={elementRef}
      aria-label={label}
      className={classes('parley-tool', className)}
    >
      <Icon name={icon} {...(small && { small })} />
    </button>
  );
}
