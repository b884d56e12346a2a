import { StrictMode, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { HostedPage } from './HostedPage.tsx';

/** Shows a page in the template's `#parley`. */
export function mount(page: ReactNode): void {
  const place = document.getElementById('parley');
  if (!place) throw new Error('The page has no element #parley');
  createRoot(place).render(
    <StrictMode>
      <HostedPage>{page}</HostedPage>
    </StrictMode>,
  );
}
