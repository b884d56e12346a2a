import { memo } from 'react';
import { linkPieces } from './links.ts';

/** A message's words: links can be followed, nothing else is interpreted. */
export const MessageText = memo(function MessageText({ text }: { text: string }) {
  return (
    <>
      {linkPieces(text).map((piece, index) =>
        piece.href === undefined ? (
          piece.text
        ) : (
          <a key={index} href={piece.href} target="_blank" rel="noopener nofollow ugc">
            {piece.text}
          </a>
        ),
      )}
    </>
  );
});
