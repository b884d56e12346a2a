import type { AnchorHTMLAttributes, MouseEvent } from 'react';
import { navigate } from './address.ts';

export interface AddressLinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  href: string;
  /** Kept with the entry of the history. */
  state?: unknown;
}

/** A link within this page. A click with a key held, or with another button, does what it does for any link. */
export function AddressLink({ state, onClick, ...props }: AddressLinkProps) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (!plain || event.defaultPrevented) return;
    event.preventDefault();
    navigate(props.href, { state: state ?? null });
  };
  return <a {...props} onClick={follow} />;
}
