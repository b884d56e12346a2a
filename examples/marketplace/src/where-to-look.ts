const places = [
  ['/', 'the shop; the bar at the top says who you are'],
  ['/side-by-side', 'buyer and seller in two panes'],
  ['/inbox', "Parley's own inbox"],
  ['/moderation', 'what the owner sees: be Olivia for it'],
  ['/mailbox', 'every email, as it arrives'],
  ['/docs', 'the API'],
] as const;

/** What is printed when the demo is ready: the addresses, and what is there. */
export function whereToLook(url: string): string {
  const width = Math.max(...places.map(([path]) => url.length + path.length)) + 2;
  const lines = places.map(([path, what]) => `  ${`${url}${path}`.padEnd(width)}${what}`);
  return ['', `Ready: ${url}`, '', ...lines, '', 'Ctrl+C stops it; everything is kept.', ''].join('\n');
}
