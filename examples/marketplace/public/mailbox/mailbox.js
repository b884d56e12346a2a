// Brings in mails as they arrive: the list is fetched anew, the opened mail stays.
const list = document.getElementById('list');
const news = document.getElementById('news');

async function refresh() {
  const response = await fetch(location.href.replace(/\/mailbox\/[^?]+/, '/mailbox'));
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const current = list.querySelector('[aria-current]')?.getAttribute('href');
  list.replaceChildren(...page.getElementById('list').childNodes);
  if (current) list.querySelector(`[href="${CSS.escape(current)}"]`)?.setAttribute('aria-current', 'true');
}

const stream = new EventSource('/mailbox/events');
let opened = false;
stream.addEventListener('open', () => {
  // After an interruption something may have arrived unheard.
  if (opened) void refresh();
  opened = true;
});
stream.addEventListener('mail', async ({ data }) => {
  await refresh();
  const { to, subject } = JSON.parse(data);
  news.textContent = `New email to ${to}: ${subject}`;
});
