import type { Answer } from '@parley/protocol';
import { routePath } from '@parley/protocol/routes';
import { fetchText, readAnswer, withToken, type Sent } from './http.ts';
import { notReached } from './parley-error.ts';
import type { Runtime } from './runtime.ts';
import type { Tokens } from './token.ts';
import type { ParleyClient } from './types.ts';

type Upload = ParleyClient['upload'];
type UploadOptions = Parameters<Upload>[1];
/** Uploads one file. Browsers tell of progress on `XMLHttpRequest` alone; elsewhere `fetch` does, and progress is told at the end. */
export function createUpload(runtime: Runtime, tokens: Tokens): Upload {
  const url = runtime.url + routePath('uploadAttachment');
  const send = typeof XMLHttpRequest === 'undefined' ? sendByFetch : sendByXhr;
  return async (file, options) => {
    options.signal?.throwIfAborted();
    const sent = await withToken(tokens, (token) => {
      const form = new FormData();
      form.append('file', file, options.name);
      return send({ runtime, url, token, form, options });
    });
    options.onProgress?.(file.size, file.size);
    const answer = readAnswer(sent);
    if (!isUploaded(answer)) throw notReached();
    return answer;
  };
}

interface Job {
  runtime: Runtime;
  url: string;
  token: string;
  form: FormData;
  options: UploadOptions;
}

async function sendByFetch({ runtime, url, token, form, options }: Job): Promise<Sent> {
  const headers = { authorization: `Bearer ${token}` };
  const signal = options.signal ? { signal: options.signal } : {};
  try {
    return await fetchText(runtime, url, { method: 'POST', headers, body: form, ...signal });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  }
}

function sendByXhr({ url, token, form, options: { onProgress, signal } }: Job): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open('POST', url);
    request.setRequestHeader('authorization', `Bearer ${token}`);
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(loaded, total);
    request.onload = () =>
      resolve({
        status: request.status,
        retryAfter: request.getResponseHeader('retry-after'),
        text: request.responseText,
      });
    request.onerror = () => reject(notReached());
    request.onabort = () => reject(new DOMException('The upload was cancelled', 'AbortError'));
    request.onloadend = () => signal?.removeEventListener('abort', abort);
    signal?.addEventListener('abort', abort);
    request.send(form);
  });
}

function isUploaded(value: unknown): value is Answer<'uploadAttachment'> {
  return typeof value === 'object' && value !== null && 'id' in value;
}
