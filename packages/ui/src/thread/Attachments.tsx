import { useState } from 'react';
import type { Attachment, UploadedAttachment } from '@parley/protocol';
import { useFreshAddress } from './use-fresh-address.ts';
import { classes } from '../primitives/class-names.ts';
import { Icon } from '../primitives/Icon.tsx';
import { useWords } from '../words/use-words.tsx';
import type { Line } from './entries.ts';
import { ImageViewer } from './ImageViewer.tsx';

type File = Attachment | UploadedAttachment;

/** Whether it is shown as a picture; anything else is a file to open. */
export const isPicture = (file: Pick<File, 'type'>) => file.type.startsWith('image/');

/** A message's pictures and files. */
export function Attachments({
  line,
  name,
  conversationId,
}: {
  line: Line;
  name: string;
  conversationId: string;
}) {
  const [open, setOpen] = useState<number | null>(null);
  const pictures = line.attachments.filter(isPicture);
  const files = line.attachments.filter((file) => !isPicture(file));
  return (
    <>
      {pictures.length > 0 && (
        <div className={classes('parley-photos', pictures.length > 1 && 'parley-many')}>
          {pictures.map((file, index) => (
            <Photo key={file.id} {...{ file, name, line, conversationId }} onOpen={() => setOpen(index)} />
          ))}
        </div>
      )}
      {files.map((file) => (
        <FileLine key={file.id} file={file} />
      ))}
      {open !== null && line.seq !== null && (
        <ImageViewer
          pictures={pictures.filter((file) => 'url' in file)}
          seq={line.seq}
          {...{ name, conversationId }}
          first={open}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}

interface PhotoProps {
  file: File;
  name: string;
  line: Line;
  conversationId: string;
  onOpen: () => void;
}

function Photo({ file, name, line, conversationId, onOpen }: PhotoProps) {
  const words = useWords();
  const url = 'url' in file ? (file.thumbnailUrl ?? file.url) : null;
  const { address, onError } = useFreshAddress(conversationId, line.seq, file.id, url, 'thumbnail');
  const alt = words.say('file.photo', { name, file: file.name });
  if (address === null)
    return (
      <span className="parley-photo parley-photo-blank" role="img" aria-label={alt}>
        <Icon name="image" />
      </span>
    );
  return (
    <button type="button" className="parley-photo" title={words.say('file.view')} onClick={onOpen}>
      <img src={address} alt={alt} width={file.width} height={file.height} onError={onError} />
    </button>
  );
}

function FileLine({ file }: { file: File }) {
  const words = useWords();
  const content = (
    <>
      <span className="parley-file-icon">
        <Icon name="file" />
      </span>
      <span className="parley-file-name">
        <span dir="auto">{file.name}</span>
        <small dir="auto">{words.bytes(file.size)}</small>
      </span>
    </>
  );
  if (!('url' in file)) return <span className="parley-file">{content}</span>;
  return (
    <a className="parley-file" href={file.url} target="_blank" rel="noopener">
      {content}
    </a>
  );
}
