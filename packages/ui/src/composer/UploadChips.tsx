import { useState } from 'react';
import { ToolButton } from '../primitives/Button.tsx';
import { Icon } from '../primitives/Icon.tsx';
import { useWords } from '../words/use-words.tsx';
import type { Upload } from './use-attachments.ts';

/** The files of the next message, with their progress. */
export function UploadChips({
  uploads,
  onRemove,
}: {
  uploads: readonly Upload[];
  onRemove: (key: number) => void;
}) {
  const words = useWords();
  if (uploads.length === 0) return null;
  return (
    <ul className="parley-chips" aria-label={words.say('composer.attachments')}>
      {uploads.map((upload) => (
        <li key={upload.key} className="parley-chip">
          <Preview upload={upload} />
          <span dir="auto">
            {upload.name}
            <small>{sizeText(upload, words)}</small>
          </span>
          <ToolButton
            icon="x"
            small
            label={words.say(upload.done ? 'composer.remove' : 'composer.cancel-upload', {
              file: upload.name,
            })}
            onClick={() => onRemove(upload.key)}
          />
          {!upload.done && (
            <progress
              value={upload.sent}
              max={Math.max(upload.size, 1)}
              aria-label={words.say('composer.uploading', { file: upload.name })}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

function sizeText({ done, sent, size }: Upload, words: ReturnType<typeof useWords>): string {
  if (done) return words.bytes(done.size);
  return words.say('composer.progress', {
    sent: words.bytes(Math.min(sent, size)),
    total: words.bytes(size),
  });
}

function Preview({ upload: { preview } }: { upload: Upload }) {
  const [broken, setBroken] = useState(false);
  if (preview !== null && !broken)
    return <img src={preview} alt="" width="40" height="40" onError={() => setBroken(true)} />;
  return (
    <span className="parley-chip-icon">
      <Icon name={preview === null ? 'file' : 'image'} />
    </span>
  );
}
