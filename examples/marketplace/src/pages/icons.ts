import { html, type Html } from './html.ts';

const icon = (size: '' | ' small', paths: Html): Html =>
  html`<svg class="icon${size}" viewBox="0 0 24 24" aria-hidden="true">${paths}</svg>`;

export const chatIcon = icon(
  '',
  html`<path
    d="M5.5 5h13A1.5 1.5 0 0 1 20 6.5V15a1.5 1.5 0 0 1-1.5 1.500H11L6.500 20v-3.500h-1A1.500 1.500 0 0 1 4 15V6.500A1.500 1.500 0 0 1 5.500 5ZM8.500 9.500h7M8.500 12.500h4"
  />`,
);
export const mailIcon = icon(
  ' small',
  html`<rect x="4" y="5.5" width="16" height="13" rx="1.5" /><path
      d="m4.500 7.500 7.500 5.500 7.500-5.500"
    />`,
);
export const ordersIcon = icon(
  '',
  html`<path d="M6.500 8h11l1 11.500h-13zM9 10.500V7a3 3 0 0 1 6 0v3.500" />`,
);
export const shieldIcon = icon(
  '',
  html`<path
    d="M12 3.500 5 6v5.500c0 4.200 2.800 7.400 7 9 4.200-1.600 7-4.800 7-9V6zM9 12l2.200 2.200L15.300 10"
  />`,
);

/** The shop's mark: a kiln's arch with a lens in it. */
export const mark = html`<svg viewBox="0 0 28 32" aria-hidden="true">
  <path d="M0 32V14a14 14 0 0 1 28 0v18z" fill="currentColor" />
  <circle cx="14" cy="15" r="8" fill="#f6ecdf" />
  <circle cx="14" cy="15" r="4.5" fill="#2a2f36" />
  <path d="M0 27h28" stroke="#f6ecdf" stroke-width="2" />
</svg>`;
