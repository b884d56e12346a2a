import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Inbox } from '../../src/inbox/Inbox.tsx';
import { ParleyProvider } from '../../src/hooks/parley-provider.tsx';
import { createFixtureClient, type Controls } from './fixture-client.ts';
import { conversationId } from './fixture-data.ts';
import { sceneNamed } from './scenes.ts';

declare global {
  interface Window {
    gallery: Controls;
  }
}

// ?scene=thread&messages=2000&dir=rtl&sealed: which state, how many messages if not the scene's own, which direction, and whether inside
// of a shadow root as the elements are
const query = new URLSearchParams(location.search);
const made = sceneNamed(query.get('scene') ?? 'calm', Number(query.get('messages') ?? 0));
document.documentElement.dir = query.get('dir') ?? 'ltr';
const { client, controls } = createFixtureClient(made.scene);
window.gallery = controls;

function Gallery({ first }: { first: string | null }) {
  const [open, setOpen] = useState(location.hash === '#list' ? null : first);
  useEffect(() => {
    document.documentElement.dataset['open'] = open ?? '';
  }, [open]);
  return (
    <ParleyProvider client={client} locale="en-GB">
      <Inbox conversationId={open} onOpen={setOpen} hrefOf={(id) => `#${id}`} />
    </ParleyProvider>
  );
}

async function place(): Promise<Element> {
  const main = document.createElement('main');
  document.body.append(main);
  if (!query.has('sealed')) return main;
  const root = main.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(await (await fetch('/parley.css')).text());
  root.adoptedStyleSheets = [sheet];
  const box = document.createElement('div');
  box.style.height = '100dvh';
  root.append(box);
  return box;
}

createRoot(await place()).render(<Gallery first={made.open === null ? null : conversationId(made.open)} />);
