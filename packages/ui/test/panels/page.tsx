import { createRoot } from 'react-dom/client';
import { ContactButton } from '../../src/contact/ContactButton.tsx';
import { ParleyProvider } from '../../src/hooks/parley-provider.tsx';
import { ModerationPanel } from '../../src/moderation/ModerationPanel.tsx';
import { UnreadBadge } from '../../src/unread/UnreadBadge.tsx';
import { useDocumentTitle } from '../../src/unread/use-document-title.ts';
import type { Controls } from '../gallery/fixture-client.ts';
import { createPanelsClient, type Mode } from './panels-client.ts';

declare global {
  interface Window {
    panels: Controls;
  }
}

const modes: readonly Mode[] = [
  'empty',
  'error',
  'slow',
  'own',
  'asked',
  'bare',
  'member',
  'failing-send',
  'signed-out',
  'paged',
];
const query = new URLSearchParams(location.search);
// The panel writes its own filters into the address, so that the fixture's mode is kept from the first load.
const asked = query.get('fixture') ?? sessionStorage.getItem('fixture') ?? '';
sessionStorage.setItem('fixture', asked);
const mode = modes.find((each) => each === asked) ?? 'normal';
const { client, controls } = createPanelsClient(mode);
window.panels = controls;

function Titled() {
  useDocumentTitle('Shop');
  return (
    <p>
      Messages <UnreadBadge />
    </p>
  );
}

const view = location.pathname.startsWith('/moderation') ? (
  <ModerationPanel />
) : (
  <main className="shop">
    <h1>Pottery Bowl</h1>
    <Titled />
    <ContactButton listingId="bowl" conversationHref={(id) => `/inbox/${id}`} />
  </main>
);

const place = document.createElement('div');
document.body.append(place);
createRoot(place).render(
  <ParleyProvider client={client} locale="en-GB">
    {view}
  </ParleyProvider>,
);
