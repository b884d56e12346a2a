import { useState } from 'react';
import { useClient } from '../hooks/parley-provider.tsx';

/**
 * An attachment's address expires within an hour. The first time that it fails to load, it is asked for anew; after that the picture
 * counts as gone, and `address` is null.
 */
export function useFreshAddress(
  conversationId: string,
  seq: number | null,
  id: string,
  given: string | null,
  size: 'thumbnail' | 'original',
): { address: string | null; onError: () => void } {
  const client = useClient();
  const [renewed, setRenewed] = useState<{ from: string | null; to: string | null } | null>(null);
  const fresh = renewed?.from === given ? renewed : null;
  const onError = () => {
    setRenewed({ from: given, to: null });
    if (fresh || seq === null) return;
    client
      .call('listMessages', { params: { id: conversationId }, query: { after: seq - 1, limit: 1 } })
      .then(({ items }) => {
        const file = items[0]?.attachments.find((each) => each.id === id);
        const to = size === 'thumbnail' ? (file?.thumbnailUrl ?? file?.url) : file?.url;
        if (to !== undefined) setRenewed({ from: given, to });
      })
      .catch(() => undefined);
  };
  return { address: fresh ? fresh.to : given, onError };
}
