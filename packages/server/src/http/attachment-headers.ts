/** Seconds that a browser may keep what it was given; its address is good for as long at least. */
const maxAge = 1800;

/**
 * How a file of strangers is sent: as the type that the server made or found it to be, in a sandbox, and to be saved, unless it is an
 * image that the server wrote itself.
 */
export function attachmentHeaders(
  { name, type }: { name: string; type: string },
  size: number,
): Record<string, string> {
  const disposition = type.startsWith('image/') ? 'inline' : 'attachment';
  return {
    'content-type': type,
    'content-length': String(size),
    'content-disposition': `${disposition}; ${fileNameParameters(name)}`,
    'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'cross-origin',
    'referrer-policy': 'no-referrer',
    'cache-control': `private, max-age=${maxAge}, immutable`,
  };
}

/** RFC 6266, with the name once more for readers that know ASCII alone. */
function fileNameParameters(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*!]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
