import { useId, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { classes } from './class-names.ts';
import { Icon } from './Icon.tsx';
import type { IconName } from './icon-paths.ts';

export interface MenuItem {
  label: string;
  icon?: IconName;
  /** Written in the danger colour. */
  bad?: boolean;
  onSelect: () => void;
}

export interface MenuProps {
  /** What the button is, in words. */
  label: string;
  icon?: IconName;
  items: readonly MenuItem[];
  className?: string;
  tabIndex?: number;
}

/**
 * A button that opens a list of things to do: arrows move, Enter does, Escape closes, a click elsewhere too. The list is there only
 * while it is open: each message has a menu.
 */
export function Menu({ label, icon = 'more', items, className, tabIndex }: MenuProps) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (open) show(list.current, button.current);
  }, [open]);
  const select = (item: MenuItem) => {
    list.current?.hidePopover();
    button.current?.focus({ preventScroll: true });
    item.onSelect();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className={classes('parley-tool', className)}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        tabIndex={tabIndex}
        onClick={() => (open ? show(list.current, button.current) : setOpen(true))}
      >
        <Icon name={icon} small />
      </button>
      {open && (
        <div
          ref={list}
          id={id}
          popover="auto"
          role="menu"
          aria-label={label}
          className="parley-menu"
          onToggle={(event) => setOpen(event.newState === 'open')}
          onKeyDown={(event) => onMenuKey(event, button.current)}
        >
          {items.map((item) => (
            <button
              key={item.label}
              type="button"
              role="menuitem"
              tabIndex={-1}
              className={item.bad ? 'parley-bad' : undefined}
              onClick={() => select(item)}
            >
              {item.icon && <Icon name={item.icon} />}
              {item.label}
            </button>
          ))}
        </div>
      )}
    </>
  );
}

function show(list: HTMLElement | null, button: HTMLElement | null): void {
  if (!list || !button) return;
  list.showPopover();
  place(list, button.getBoundingClientRect());
  choices(list)[0]?.focus({ preventScroll: true });
}

const choices = (list: Element) => [...list.querySelectorAll('button')];

function onMenuKey(event: KeyboardEvent<HTMLElement>, button: HTMLElement | null): void {
  event.stopPropagation();
  const list = event.currentTarget;
  const all = choices(list);
  const at = all.findIndex((choice) => choice.matches(':focus'));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    all[to % all.length]?.focus();
  } else if (event.key === 'Escape' || event.key === 'Tab') {
    event.preventDefault();
    list.hidePopover();
    button?.focus({ preventScroll: true });
  }
}

/** Below the button and in line with its end; above it, or within the window, where there is no room. */
function place(list: HTMLElement, anchor: DOMRect): void {
  const { width, height } = list.getBoundingClientRect();
  const gap = 4;
  const rtl = list.matches(':dir(rtl)');
  const below = anchor.bottom + gap + height <= window.innerHeight;
  const left = rtl ? anchor.left : anchor.right - width;
  list.style.top = `${below ? anchor.bottom + gap : Math.max(gap, anchor.top - gap - height)}px`;
  list.style.left = `${Math.min(Math.max(gap, left), window.innerWidth - width - gap)}px`;
}
