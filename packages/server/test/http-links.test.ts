import { describe, expect, test } from 'vitest';
import { createLinks, type LinkClaims } from '../src/http/links.ts';

const conversationId = '0199c1f2-5a00-7000-8000-000000000001';
const every: readonly LinkClaims[] = [
  { purpose: 'conversation', userId: 'john', conversationId },
  { purpose: 'unsubscribe', userId: 'john', conversationId },
  { purpose: 'attachment', userId: 'john', attachmentId: conversationId, variant: 'thumbnail' },
  { purpose: 'session', userId: 'john' },
  { purpose: 'session', userId: 'john', conversationId },
];
const purposes = ['conversation', 'unsubscribe', 'attachment', 'session'] as const;

let now = 1_800_000_000_000;
const links = createLinks('s'.repeat(32), 'https://chat.example', () => now);

test.each(every)('a token of $purpose says what was signed, and to its purpose alone', (claims) => {
  const token = links.sign(claims, 60);
  expect(token).toMatch(/^[\w-]+$/);
  for (const purpose of purposes)
    expect(links.verify(purpose, token)).toEqual(purpose === claims.purpose ? claims : null);
});

test('a token ends at its time', () => {
  const token = links.sign({ purpose: 'session', userId: 'john' }, 60);
  now += 59_000;
  expect(links.verify('session', token)).not.toBeNull();
  now += 1_000;
  expect(links.verify('session', token)).toBeNull();
});

describe('a forged token is none', () => {
  const token = links.sign({ purpose: 'session', userId: 'john' }, 60);

  test('whichever character is changed, left out or added', () => {
    for (let index = 0; index < token.length; index += 1) {
      const other = token[index] === 'A' ? 'B' : 'A';
      expect(links.verify('session', token.slice(0, index) + other + token.slice(index + 1))).toBeNull();
      expect(links.verify('session', token.slice(0, index) + token.slice(index + 1))).toBeNull();
    }
    for (const wrong of [`${token}A`, `${token}=`, `${token}.`, ` ${token}`, '', 'A', 'x'.repeat(100_000)])
      expect(links.verify('session', wrong)).toBeNull();
  });

  test('nor is one of another secret', () => {
    const others = createLinks('t'.repeat(32), 'https://chat.example', () => now);
    expect(others.verify('session', token)).toBeNull();
  });
});

test('an attachment’s address stays the same for a half-hour, and is good for 30 to 60 minutes', () => {
  const start = Math.ceil(now / 1_800_000) * 1_800_000;
  now = start;
  const url = links.attachmentUrl('john', conversationId, 'original');
  expect(url).toMatch(/^https:\/\/chat\.example\/attachments\/[\w-]+$/);
  now = start + 1_799_000;
  expect(links.attachmentUrl('john', conversationId, 'original')).toBe(url);
  const token = url.slice(url.lastIndexOf('/') + 1);
  now = start + 3_599_000;
  expect(links.verify('attachment', token)).not.toBeNull();
  now = start + 3_600_000;
  expect(links.verify('attachment', token)).toBeNull();
});
