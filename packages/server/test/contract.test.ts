import type { Message } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileForm, readProblem, startBowl, type TestService } from './support/running-service.ts';

let service: TestService;
let john: string;
let conversationId: string;

beforeAll(async () => {
  ({ service, john, conversationId } = await startBowl());
});
afterAll(() => service.close());

describe('an address', () => {
  test.each(['/v1/conversations/none', '/v1/conversations/none/messages'])(
    'with an id that Parley never gave leads to nothing: %s',
    async (path) => {
      const response = await fetch(`${service.url}${path}`, { headers: { authorization: `Bearer ${john}` } });
      const problem = await readProblem(response);
      expect(problem).toMatchObject({ type: '/problems/not-found', status: 404 });
      expect(problem.detail).toContain('UUID');
    },
  );

  test('with a seq that no message has leads to nothing', async () => {
    const params = { id: conversationId, seq: 0 };
    const response = await service.call('editMessage', { as: john, params, body: { text: 'Hello' } });
    expect(response.status).toBe(404);
  });

  test('says by OPTIONS what it knows', async () => {
    const options = (path: string, headers: Record<string, string> = {}) =>
      fetch(`${service.url}${path}`, { method: 'OPTIONS', headers });
    const known = await options('/v1/users/john');
    expect([known.status, known.headers.get('allow')]).toEqual([204, 'PUT, GET, DELETE']);
    expect((await options('/healthz')).headers.get('allow')).toBe('GET');
    expect((await readProblem(await options('/v1/nothing'))).status).toBe(404);
    const noOrigin = await options('/v1/inbox', { 'access-control-request-method': 'GET' });
    expect(noOrigin.status).toBe(204);
  });
});

test('a text is measured after trimming, however much is around it', async () => {
  const send = (text: string, clientId: string) =>
    service.call('sendMessage', { as: john, params: { id: conversationId }, body: { text, clientId } });
  expect((await send(`${' '.repeat(20_000)}${'x'.repeat(5_000)}\n`, 'c-padded')).status).toBe(200);
  const tooLong = await readProblem(await send('x'.repeat(20_000), 'c-long'));
  expect(tooLong).toMatchObject({ status: 400, errors: [{ pointer: '/text' }] });
});

test('a report takes a reason that the screens do not offer', async () => {
  const report = (reason: string) =>
    service.call('reportConversation', { as: john, body: { conversationId, reason } });
  expect((await report('Sells counterfeits')).status).toBe(201);
  expect((await readProblem(await report('  '))).errors).toMatchObject([{ pointer: '/reason' }]);
});

describe('an attachment that two messages carry', () => {
  const send = (clientId: string, attachmentIds: string[]): Promise<Message> =>
    service.ask('sendMessage', {
      as: john,
      params: { id: conversationId },
      body: { text: '', clientId, attachmentIds },
    });
  const redact = (seq: number) =>
    service.ask('redactMessage', { as: john, params: { id: conversationId, seq } });

  test('goes with the last of them, and a send that comes again is still the first', async () => {
    const body = fileForm(Buffer.from('%PDF-1.4\n%%EOF'), 'size.pdf');
    const { id } = await service.ask('uploadAttachment', { as: john, body });
    const [first, second] = [await send('c-one', [id]), await send('c-two', [id])];
    const url = second.attachments[0]?.url ?? '';
    await redact(first.seq);
    expect((await fetch(url)).status).toBe(200);
    await redact(second.seq);
    expect((await fetch(url)).status).toBe(404);
    expect(await send('c-two', [id])).toMatchObject({ seq: second.seq, attachments: [] });
  });
});
