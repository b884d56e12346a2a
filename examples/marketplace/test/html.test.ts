import { expect, it } from 'vitest';
import { html } from '../src/pages/html.ts';

it('escapes texts between tags and inside of attributes', () => {
  const evil = `"><script>alert('x') && 1</script>`;
  const escaped = '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;) &amp;&amp; 1&lt;/script&gt;';
  expect(html`<p title="${evil}">${evil}</p>`.text).toBe(`<p title="${escaped}">${escaped}</p>`);
});

it('leaves its own pieces as they are, and nothing of what is not there', () => {
  const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
  expect(html`${items}${false}${null}${undefined}`.text).toBe('<li>a</li><li>&lt;b&gt;</li>');
});

it('shows numbers, zero included', () => {
  expect(html`${0} of ${12}`.text).toBe('0 of 12');
});
