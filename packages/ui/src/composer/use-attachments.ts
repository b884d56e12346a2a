import { useCallback, useEffect, useRef, useState } from 'react';
import { problemOf, type ParleyClient } from '@parley/client';
import type { UploadedAttachment } from '@parley/protocol';
import { limits } from '@parley/protocol/limits';
import { useClient } from '../hooks/parley-provider.tsx';
import { problemText } from '../hooks/problem-text.ts';
import { useWords, type Words } from '../words/use-words.tsx';

/** A file that is added to the next message. */
export interface Upload {
  key: number;
  name: string;
  size: number;
  /** An address of the picture in the browser; null for other files. */
  preview: string | null;
  /** Bytes sent so far. */
  sent: number;
  /** Null while it is on its way. */
  done: UploadedAttachment | null;
}

export interface Attachments {
  uploads: readonly Upload[];
  /** Why a file was not taken. */
  error: string | null;
  add: (files: Iterable<File>) => void;
  remove: (key: number) => void;
  /** Empties the list for the next message. */
  clear: () => void;
  dismiss: () => void;
}

export const acceptedTypes = ['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'application/pdf'];

/** How often an upload is begun where it meets no answer. */
const maxTries = 5;
/** Milliseconds between two looks whether there is a connection to try again on. */
const pause = 2_000;

let lastKey = 0;

/** Uploads files as soon as they are picked, and again once there is a connection; what is removed, or left behind with the thread, is cancelled. */
export function useAttachments(): Attachments {
  const client = useClient();
  const words = useWords();
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const [error, setError] = useState<string | null>(null);
  /** What ends each file's upload and gives its preview's memory back. */
  const releases = useRef(new Map<number, () => void>());

  const drop = useCallback((key: number) => {
    releases.current.get(key)?.();
    releases.current.delete(key);
    setUploads((all) => all.filter((each) => each.key !== key));
  }, []);

  useEffect(() => {
    const all = releases.current;
    return () => all.forEach((release) => release());
  }, []);

  const start = (file: File) => {
    const key = ++lastKey;
    const cancel = new AbortController();
    const preview = file.type.startsWith('image/') ? URL.createObjectURL(file) : null;
    releases.current.set(key, () => {
      cancel.abort();
      if (preview !== null) URL.revokeObjectURL(preview);
    });
    const change = (part: Partial<Upload>) =>
      setUploads((all) => all.map((each) => (each.key === key ? { ...each, ...part } : each)));
    setUploads((all) => [...all, { key, name: file.name, size: file.size, preview, sent: 0, done: null }]);
    const { signal } = cancel;
    uploadPatiently(client, file, { name: file.name, signal, onProgress: (sent) => change({ sent }) }).then(
      (done) => change({ done }),
      (reason: unknown) => {
        if (signal.aborted) return;
        drop(key);
        const detail = problemText(reason, words);
        setError(words.say('composer.upload-failed', { file: file.name, detail }));
      },
    );
  };

  return {
    uploads,
    error,
    remove: drop,
    dismiss: () => setError(null),
    clear: () => uploads.forEach((each) => drop(each.key)),
    add: (files) => {
      const { taken, refusal } = choose([...files], uploads.length, words);
      setError(refusal);
      taken.forEach(start);
    },
  };
}

/** Begins again, where no answer came, once there is a connection. */
async function uploadPatiently(
  client: ParleyClient,
  file: File,
  options: { name: string; signal: AbortSignal; onProgress: (sent: number) => void },
): Promise<UploadedAttachment> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await client.upload(file, options);
    } catch (reason) {
      if (tries === maxTries || problemOf(reason).status !== 0) throw reason;
    }
    do {
      await new Promise((resolve) => setTimeout(resolve, pause));
      options.signal.throwIfAborted();
    } while (client.connection.getSnapshot().status !== 'online');
  }
}

/** Which files can be taken, and why the first that cannot is refused. */
function choose(files: File[], have: number, words: Words): { taken: File[]; refusal: string | null } {
  let refusal: string | null = null;
  const taken = files.filter((file) => {
    const why = refusalOf(file, words);
    refusal ??= why;
    return why === null;
  });
  const room = Math.max(0, limits.attachmentsPerMessage - have);
  if (taken.length > room)
    refusal ??= words.say('composer.too-many', { count: limits.attachmentsPerMessage });
  return { taken: taken.slice(0, room), refusal };
}

function refusalOf(file: File, words: Words): string | null {
  if (!acceptedTypes.includes(file.type)) return words.say('composer.wrong-type', { file: file.name });
  if (file.size <= limits.attachmentBytes) return null;
  // 10 MiB is the limit; people are told the round number below it
  return words.say('composer.too-large', { file: file.name, max: words.bytes(10_000_000) });
}
