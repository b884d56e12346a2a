import type { Controls } from '../gallery/fixture-client.ts';
import { createPanelsClient } from './panels-client.ts';

declare global {
  interface Window {
    /** Connects the page's elements to the fixture; before that they wait. */
    connect: () => void;
    told: { type: string; detail: unknown }[];
    elements: Controls;
  }
}

const { client, controls } = createPanelsClient('normal');
window.elements = controls;
window.told = [];
for (const type of ['parley:opened', 'parley:sent'])
  document.addEventListener(type, (event) => {
    if (event instanceof CustomEvent) window.told.push({ type, detail: event.detail });
  });
window.connect = () =>
  window.Parley?.init({ client, conversationUrl: '/messages?conversation={conversationId}' });
if (!new URLSearchParams(location.search).has('later')) window.connect();
