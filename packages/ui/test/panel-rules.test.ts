import { describe, expect, test } from 'vitest';
import { problemOf } from '@parley/client';
import type { Message } from '@parley/protocol';
import { withConversation } from '../src/embed/open-conversation.ts';
import { conversationIn } from '../src/hosted/HostedInbox.tsx';
import { cutHit } from '../src/moderation/cut-hit.ts';
import {
  conversationFilterKeys,
  conversationQuery,
  parseCursor,
  parseFilters,
  writeFilters,
} from '../src/moderation/filters.ts';
import { logEntries } from '../src/moderation/log-entries.ts';
import { reasonsFor, writeReason } from '../src/moderation/reasons.ts';
import { log } from './gallery/fixture-data.ts';

describe('cutHit', () => {
  test('cuts before the hit at a word, and leaves a short beginning whole', () => {
    const text = 'I can cancel this and send the money by bank transfer tomorrow';
    const start = text.indexOf('bank');
    expect(cutHit(text, start, start + 13)).toEqual({
      before: '…send the money by ',
      hit: 'bank transfer',
      after: ' tomorrow',
    });
    expect(cutHit('a bank', 2, 6)).toEqual({ before: 'a ', hit: 'bank', after: '' });
  });
  test('parts no surrogate pair, and bears offsets outside of the text', () => {
    expect(cutHit(`${'🏺'.repeat(30)}x`, 60, 61, 5).before).toBe('…🏺🏺');
    expect(cutHit('abc', -4, 99)).toEqual({ before: '', hit: 'abc', after: '' });
    expect(cutHit('abc', 9, 2)).toEqual({ before: 'abc', hit: '', after: '' });
  });
});

describe('filters', () => {
  test('what is written is what is read, in one order, without what is empty or unknown', () => {
    const filters = { to: '2026-11-30', q: ' bank & co ', flag: '', status: 'locked' };
    const search = writeFilters(filters, conversationFilterKeys, 'c1');
    expect(search).toBe('?q=bank+%26+co&status=locked&to=2026-11-30&cursor=c1');
    expect(parseFilters(`${search}&other=1&flag=+`, conversationFilterKeys)).toEqual({
      q: 'bank & co',
      status: 'locked',
      to: '2026-11-30',
    });
    expect(parseCursor(search)).toBe('c1');
    expect(writeFilters({}, conversationFilterKeys)).toBe('');
  });
  test('days become the instants at which they begin and end; nonsense is left out', () => {
    expect(conversationQuery({ from: '2026-11-01', to: '2026-11-01' }, null)).toEqual({
      from: new Date(2026, 10, 1).toISOString(),
      to: new Date(2026, 10, 1, 23, 59, 59, 999).toISOString(),
    });
    expect(conversationQuery({ from: 'yesterday', to: '2026-99-99', status: 'gone' }, null)).toEqual({});
  });
});

describe('logEntries', () => {
  const messages: Message[] = log(1, [
    { by: 'buyer', ago: 3000, text: 'a' },
    { by: 'me', ago: 2000, text: 'b' },
    { by: 'buyer', ago: 1000, text: 'c' },
  ]);
  const at = (ago: number) => new Date(Date.now() - ago).toISOString();
  const report = (id: string, ago: number, seq: number | null = null) => ({
    id,
    at: at(ago),
    reporter: 'john',
    seq,
    reason: 'spam',
    text: '',
  });
  const say = (entries: ReturnType<typeof logEntries>) =>
    entries.map((entry) =>
      entry.kind === 'report'
        ? entry.report.id
        : entry.message.text + entry.reports.map(({ id }) => `(${id})`).join(''),
    );

  test('reports of the whole stand between the messages by time, those of a message with it', () => {
    const reports = [report('late', 10), report('mid', 1500), report('of-b', 5, 2), report('also-mid', 1400)];
    expect(say(logEntries(messages, reports))).toEqual(['a', 'b(of-b)', 'mid', 'also-mid', 'c', 'late']);
  });
  test('one from before the oldest message that is loaded waits for the earlier ones', () => {
    expect(say(logEntries(messages, [report('old', 9000)]))).toEqual(['a', 'b', 'c']);
    expect(say(logEntries([], [report('old', 9000)]))).toEqual(['old']);
  });
});

test('a legal request is the owner’s reason alone, and what is recorded does not depend on the language', () => {
  expect(reasonsFor('moderator').map(({ key }) => key)).toEqual(['report', 'order', 'support']);
  expect(reasonsFor('owner').at(-1)?.key).toBe('legal');
  expect(writeReason('report', '  ')).toBe('report');
  expect(writeReason('support', ' ticket 4711 ')).toBe('support: ticket 4711');
});

describe('addresses', () => {
  test('an embedded inbox leaves the rest of the page’s address as it is', () => {
    const url = new URL('https://shop.example/me?tab=mail&conversation=old#faq');
    expect(withConversation(url, 'query', 'new')).toBe('/me?tab=mail&conversation=new#faq');
    expect(withConversation(url, 'query', null)).toBe('/me?tab=mail#faq');
    expect(withConversation(url, 'hash', 'x')).toBe('/me?tab=mail&conversation=old#faq&conversation=x');
    expect(withConversation(new URL('https://shop.example/'), 'hash', null)).toBe('/');
  });
  test('the hosted inbox knows its own addresses and those of emails', () => {
    expect(conversationIn('/inbox/0199c1f2-aaaa')).toBe('0199c1f2-aaaa');
    expect(conversationIn('/c/0199c1f2-aaaa/')).toBe('0199c1f2-aaaa');
    for (const path of ['/inbox', '/inbox/', '/inbox/../x', '/inbox/a/b', '/other/0199'])
      expect(conversationIn(path)).toBeNull();
  });
});

test('a problem is told from anything else that can be thrown', () => {
  const problem = { type: '/problems/too-many', title: 'Too many', status: 429, detail: 'Wait.' };
  expect(problemOf(Object.assign(new Error('x'), { problem }))).toEqual(problem);
  for (const thrown of [
    new TypeError('Failed to fetch'),
    'text',
    null,
    Object.assign(new Error('x'), { problem: {} }),
  ])
    expect(problemOf(thrown).status).toBe(0);
});
