import { useState, type KeyboardEvent } from 'react';
import type { Attachment } from '@parley/protocol';
import { ToolButton } from '../primitives/Button.tsx';
import { Dialog } from '../primitives/Dialog.tsx';
import { Icon } from '../primitives/Icon.tsx';
import { useWords } from '../words/use-words.tsx';
import { useFreshAddress } from './use-fresh-address.ts';

export interface ImageViewerProps {
  pictures: readonly Attachment[];
  /** The message that they belong to. */
  seq: number;
  conversationId: string;
  name: string;
  first: number;
  onClose: () => void;
}

/** A message's pictures as large as the window allows; arrows turn the pages. */
export function ImageViewer({ pictures, first, onClose, ...rest }: ImageViewerProps) {
  const words = useWords();
  const [index, setIndex] = useState(first);
  const picture = pictures[index];
  const turn = (by: number) => setIndex((at) => Math.min(Math.max(at + by, 0), pictures.length - 1));
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const forward = event.currentTarget.matches(':dir(rtl)') ? 'ArrowLeft' : 'ArrowRight';
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') turn(event.key === forward ? 1 : -1);
  };
  if (!picture) return null;
  const position = words.say('file.position', { index: index + 1, count: pictures.length });
  return (
    <Dialog plain title={picture.name} className="parley-viewer" onClose={onClose}>
      <div className="parley-viewer-frame" onKeyDown={onKeyDown}>
        <div className="parley-viewer-bar">
          <p>
            <span dir="auto">{picture.name}</span>
            {pictures.length > 1 && <small>{position}</small>}
          </p>
          {pictures.length > 1 && (
            <>
              <ToolButton
                icon="back"
                label={words.say('action.previous')}
                aria-disabled={index === 0}
                onClick={() => turn(-1)}
              />
              <ToolButton
                icon="back"
                className="parley-turned"
                label={words.say('action.next')}
                aria-disabled={index === pictures.length - 1}
                onClick={() => turn(1)}
              />
            </>
          )}
          <a
            className="parley-tool"
            href={picture.url}
            target="_blank"
            rel="noopener"
            aria-label={words.say('file.original')}
            title={words.say('file.original')}
          >
            <Icon name="out" />
          </a>
          <CloseButton />
        </div>
        <Picture key={picture.id} picture={picture} {...rest} />
      </div>
    </Dialog>
  );
}

function CloseButton() {
  const words = useWords();
  return (
    <form method="dialog">
      <ToolButton icon="x" type="submit" label={words.say('action.close')} data-autofocus />
    </form>
  );
}

function Picture(props: { picture: Attachment; seq: number; conversationId: string; name: string }) {
  const { picture, seq, conversationId, name } = props;
  const words = useWords();
  const { address, onError } = useFreshAddress(conversationId, seq, picture.id, picture.url, 'original');
  if (address === null) return <p className="parley-viewer-gone">{words.say('file.gone')}</p>;
  const alt = words.say('file.photo', { name, file: picture.name });
  return <img src={address} alt={alt} width={picture.width} height={picture.height} onError={onError} />;
}
