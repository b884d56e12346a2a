import { useEffect, useId, useRef, type MouseEvent, type ReactNode } from 'react';
import { useWords } from '../words/use-words.tsx';
import { ToolButton } from './Button.tsx';
import { classes } from './class-names.ts';

export interface DialogProps {
  title: string;
  /** Called when it has closed, by whatever way; then the parent stops rendering it. */
  onClose: () => void;
  className?: string;
  /** Leaves out the line with title and close button; the title is then only its name. */
  plain?: boolean;
  children?: ReactNode;
}

/**
 * A modal dialog: open as long as it is rendered. The browser's own `<dialog>` keeps the focus inside, answers Escape and gives the
 * focus back; an `autofocus` is taken over from an element marked `data-autofocus`.
 */
export function Dialog({ title, onClose, className, plain = false, children }: DialogProps) {
  const words = useWords();
  const titleId = useId();
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current;
    const before = activeElement(dialog);
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    return () => {
      dialog?.close();
      if (before?.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  const close = () => element.current?.close();
  const onBackdrop = (event: MouseEvent) => {
    if (event.target === element.current) close();
  };
  return (
    <dialog
      ref={element}
      className={classes('parley-dialog', className)}
      aria-labelledby={plain ? undefined : titleId}
      aria-label={plain ? title : undefined}
      onClose={() => {
        if (!element.current?.open) onClose();
      }}
      onMouseDown={onBackdrop}
      onKeyDown={(event) => event.stopPropagation()}
    >
      {!plain && (
        <div className="parley-dialog-head">
          <h2 id={titleId} dir="auto">
            {title}
          </h2>
          <ToolButton icon="x" label={words.say('action.close')} onClick={close} />
        </div>
      )}
      {children}
    </dialog>
  );
}

/** What has the focus in the element's own tree: the document's, or its shadow root's. */
export function activeElement(inside: Element | null): HTMLElement | null {
  const root = inside?.getRootNode();
  const active = root instanceof Document || root instanceof ShadowRoot ? root.activeElement : null;
  return active instanceof HTMLElement ? active : null;
}
