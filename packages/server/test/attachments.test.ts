import { request } from 'node:http';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Attachment } from '@parley/protocol';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { deleteLooseAttachments } from '../src/actions/attachments.ts';
import { createDiskBlobs } from '../src/blobs/disk.ts';
import { createPool } from '../src/db/pool.ts';
import { cleanFileName } from '../src/uploads/file-name.ts';
import { fileForm, readProblem, startBowl, tokenFor, type TestService } from './support/running-service.ts';
import { at } from './support/socket.ts';

let service: TestService;
let john: string;
let sarah: string;
let conversationId: string;

beforeAll(async () => {
  ({ service, john, conversationId } = await startBowl());
  sarah = await tokenFor('sarah');
});
afterAll(() => service.close());

const upload = (bytes: Buffer, name?: string, as: string | null = john, field?: string) =>
  service.call('uploadAttachment', { as, body: fileForm(bytes, name, field) });
const uploaded = (bytes: Buffer, name?: string) =>
  service.ask('uploadAttachment', { as: john, body: fileForm(bytes, name) });

/** Uploads, sends, and gives the attachment as John reads it. */
async function sent(bytes: Buffer, name?: string): Promise<Attachment> {
  const { id } = await uploaded(bytes, name);
  const message = await service.ask('sendMessage', {
    as: john,
    params: { id: conversationId },
    body: { text: '', clientId: id, attachmentIds: [id] },
  });
  const [attachment] = message.attachments;
  if (attachment === undefined) throw new Error('No attachment');
  return attachment;
}

/** pino's: 30 is information, 50 an error. */
const levelOf = (line: string): number => Number(at(JSON.parse(line), 'level'));

const picture = (width = 60, height = 40) =>
  sharp({ create: { width, height, channels: 3, background: { r: 200, g: 80, b: 30 } } });
const pdf = Buffer.from('%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n');

describe('images', () => {
  test('are written anew: no EXIF, turned upright, nothing appended', async () => {
    const evil = Buffer.from('<script>alert(1)</script>PK\x03\x04');
    const original = await picture(60, 40)
      .withExif({ IFD0: { Make: 'SpyCam', ImageDescription: 'GPS 38.7 -9.1' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const { url, width, height, name, type } = await sent(
      Buffer.concat([original, evil]),
      'C:\\pics\\bowl.jpeg',
    );
    expect({ width, height, name, type }).toEqual({
      width: 40,
      height: 60,
      name: 'bowl.jpeg',
      type: 'image/jpeg',
    });
    const response = await fetch(url);
    const bytes = Buffer.from(await response.arrayBuffer());
    const metadata = await sharp(bytes).metadata();
    expect(metadata).toMatchObject({ width: 40, height: 60, format: 'jpeg' });
    expect([metadata.exif, metadata.orientation]).toEqual([undefined, undefined]);
    for (const trace of ['SpyCam', '<script>', 'PK\x03\x04']) expect(bytes.includes(trace)).toBe(false);
    expect(Number(response.headers.get('content-length'))).toBe(bytes.length);
  });

  test('have a thumbnail of 480 pixels at most', async () => {
    const { thumbnailUrl } = await sent(await picture(1600, 800).png().toBuffer(), 'wide.png');
    const response = await fetch(thumbnailUrl ?? '');
    expect(response.headers.get('content-type')).toBe('image/webp');
    expect(await sharp(Buffer.from(await response.arrayBuffer())).metadata()).toMatchObject({
      width: 480,
      height: 240,
    });
  });

  test.each([
    ['png', 'image/png', 'x.png'],
    ['webp', 'image/webp', 'x.webp'],
    ['gif', 'image/gif', 'x.gif'],
    ['avif', 'image/webp', 'x.avif.webp'],
  ] as const)('%s is taken as %s, whatever it is called', async (format, type, name) => {
    const bytes = await picture().toFormat(format).toBuffer();
    expect(await uploaded(bytes, `x.${format}`)).toMatchObject({ type, name, width: 60, height: 40 });
    expect(await uploaded(bytes, 'page.html')).toMatchObject({ type, name: `page.html.${type.slice(6)}` });
  });

  test('stay animated', async () => {
    const frames = await Promise.all(
      ['red', 'blue'].map((background) =>
        sharp({ create: { width: 20, height: 10, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const animation = await sharp(frames, { join: { animated: true } })
      .gif({ delay: [100, 100] })
      .toBuffer();
    const { url, height } = await sent(animation, 'loop.gif');
    expect(height).toBe(10);
    expect(await sharp(Buffer.from(await (await fetch(url)).arrayBuffer())).metadata()).toMatchObject({
      pages: 2,
    });
  });

  test('that claim to be huge are refused without being decoded', async () => {
    const bomb = await picture(1, 1).png().toBuffer();
    // IHDR's width and height, then its checksum.
    bomb.writeUInt32BE(50_000, 16);
    bomb.writeUInt32BE(50_000, 20);
    const { crc32 } = await import('node:zlib');
    bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29);
    const started = Date.now();
    expect(await readProblem(await upload(bomb, 'bomb.png'))).toMatchObject({ status: 415 });
    expect(Date.now() - started).toBeLessThan(5_000);
  });

  test('that are damaged are refused', async () => {
    const whole = await picture(300, 300).png().toBuffer();
    expect((await upload(whole.subarray(0, whole.length / 2), 'half.png')).status).toBe(415);
    expect((await upload(Buffer.concat([Buffer.from('GIF89a'), whole]), 'not.gif')).status).toBe(415);
  });
});

describe('other files', () => {
  test('PDF is taken as it is, to be saved', async () => {
    const { url, type, size } = await sent(pdf, 'terms "of" sale ☕.pdf');
    expect({ type, size }).toEqual({ type: 'application/pdf', size: pdf.length });
    const response = await fetch(url);
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="terms _of_ sale _.pdf"; filename*=UTF-8''terms%20%22of%22%20sale%20%E2%98%95.pdf`,
    );
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
    expect(response.headers.get('cache-control')).toMatch(/^private/);
    expect(await response.text()).toBe(pdf.toString());
  });

  test.each([
    ['HTML called a picture', '<html><script>alert(1)</script>', 'cute.png'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'x.svg'],
    ['a script that mentions PDF', 'alert(1)//%PDF-1.4 %%EOF', 'x.pdf'],
    ['a PDF without an end', '%PDF-1.4 and so on', 'x.pdf'],
    ['nothing', '', 'empty.png'],
  ])('%s is refused', async (_what, content, name) => {
    expect(await readProblem(await upload(Buffer.from(content), name))).toMatchObject({
      type: '/problems/unsupported-type',
      status: 415,
    });
  });

  test('over 10 MB are refused, and leave nothing behind', async () => {
    const problem = await readProblem(await upload(Buffer.alloc(10 * 1024 * 1024 + 1), 'big.png'));
    expect(problem).toMatchObject({ type: '/problems/too-large', status: 413 });
    expect(problem.detail).toContain('10 MB');
  });
});

describe('an upload', () => {
  test('is multipart, with the file in the field file, and of a person', async () => {
    expect(await readProblem(await upload(pdf, 'x.pdf', john, 'document'))).toMatchObject({
      status: 400,
      errors: [{ pointer: '/file' }],
    });
    const empty = await service.call('uploadAttachment', { as: john, body: new FormData() });
    expect(await readProblem(empty)).toMatchObject({ status: 400, errors: [{ pointer: '/file' }] });
    const json = await service.call('uploadAttachment', { as: john, body: {} });
    expect((await readProblem(json)).status).toBe(415);
    expect((await upload(pdf, 'x.pdf', null)).status).toBe(401);
    expect((await upload(pdf, 'x.pdf', service.app.context.config.apiKey)).status).toBe(403);
  });

  test.each([
    ['another file', new Blob([new Uint8Array(pdf)])],
    ['a file of 5 MB', new Blob([new Uint8Array(5_000_000)])],
    ['a field', 'words'],
  ])('with %s beside its file is refused', async (_more, more) => {
    const form = fileForm(pdf, 'a.pdf');
    form.append('file', more);
    const response = await service.call('uploadAttachment', { as: john, body: form });
    expect(await readProblem(response)).toMatchObject({ status: 400, type: '/problems/bad-request' });
  });

  test('is its owner’s alone: nobody else can send it', async () => {
    const { id } = await uploaded(pdf, 'mine.pdf');
    const response = await service.call('sendMessage', {
      as: sarah,
      params: { id: conversationId },
      body: { text: 'Look', clientId: 'theft', attachmentIds: [id] },
    });
    expect(await readProblem(response)).toMatchObject({
      status: 400,
      errors: [{ pointer: '/attachmentIds/0' }],
    });
  });

  test('is refused where a hundred of the same person wait for a message, and not before', async () => {
    const pool = createPool(service.database.url);
    await pool.query(
      `insert into attachments (id, owner_id, name, type, size, blob)
       select gen_random_uuid(), 'sarah', 'x.pdf', 'application/pdf', 1, 'ff/ff' from generate_series(1, 99)`,
    );
    expect((await upload(pdf, 'x.pdf', sarah)).status).toBe(200);
    const problem = await readProblem(await upload(pdf, 'x.pdf', sarah));
    expect(problem).toMatchObject({ type: '/problems/too-many', retryAfter: 3600 });
    await pool.query(`delete from attachments where owner_id = 'sarah'`);
    await pool.end();
    expect((await upload(pdf, 'x.pdf', sarah)).status).toBe(200);
  });

  /** Begins uploads, and notes the status and `Retry-After` of each that is answered. */
  function begin(count: number, as: string, answers: [number, string][]) {
    return Array.from({ length: count }, () => {
      const sending = request(`${service.url}/v1/attachments`, {
        method: 'POST',
        agent: false,
        headers: { authorization: `Bearer ${as}`, 'content-type': 'multipart/form-data; boundary=b' },
      });
      sending.on('response', (response) => {
        answers.push([response.statusCode ?? 0, response.headers['retry-after'] ?? '']);
        response.resume();
      });
      // Who is refused may hear a reset for what it still writes.
      sending.on('error', () => undefined);
      sending.write('--b\r\nContent-Disposition: form-data; name="file"; filename="x.pdf"\r\n\r\n');
      return sending;
    });
  }
  const rest = Buffer.concat([pdf, Buffer.from('\r\n--b--\r\n')]);
  const timeout = 10_000;

  test('is one of eight at most that the same person has on their way', async () => {
    const answers: [number, string][] = [];
    const logged = service.logged.length;
    const slow = begin(9, john, answers);
    await vi.waitFor(() => expect(answers).toEqual([[429, '2']]), { timeout });
    expect(service.logged.slice(logged).filter((line) => levelOf(line) > 30)).toEqual([]);
    expect((await upload(pdf, 'x.pdf', sarah)).status).toBe(200);
    for (const each of slow) each.end(rest);
    const taken = Array.from({ length: 8 }, () => [200, '']);
    await vi.waitFor(() => expect(answers.slice(1)).toEqual(taken), { timeout });
    expect((await upload(pdf)).status).toBe(200);
  });

  test('is one of 32 at most that are on their way altogether, which is no one person’s fault', async () => {
    const answers: [number, string][] = [];
    const people = await Promise.all(['p-1', 'p-2', 'p-3', 'p-4', 'p-5'].map((id) => tokenFor(id)));
    const slow = people.flatMap((as) => begin(7, as, answers));
    const refused = Array.from({ length: 3 }, () => [503, '2']);
    await vi.waitFor(() => expect(answers).toEqual(refused), { timeout });
    for (const each of slow) each.destroy();
    await vi.waitFor(async () => expect((await upload(pdf)).status).toBe(200), { timeout });
  });

  test.each([
    ['an upload', '/v1/attachments', 'multipart/form-data; boundary=b'],
    ['another call', '/v1/reports', 'application/json'],
  ])('and %s whose client goes away in the middle of it are no errors of ours', async (_what, path, type) => {
    const logged = service.logged.length;
    const sending = request(`${service.url}${path}`, {
      method: 'POST',
      agent: false,
      headers: { authorization: `Bearer ${john}`, 'content-type': type, 'content-length': 10_000 },
    });
    sending.on('error', () => undefined);
    sending.write('--b\r\nContent-Disposition: form-data; name="file"; filename="x.pdf"\r\n\r\n%PDF');
    await new Promise((resolve) => setTimeout(resolve, 200));
    sending.destroy();
    await vi.waitFor(() => expect(service.logged.slice(logged).join('')).toContain('went away'));
    const lines = service.logged.slice(logged);
    expect(lines.filter((line) => levelOf(line) > 30 || line.includes('stack'))).toEqual([]);
  });

  test('that no message took goes after its time, with its bytes', async () => {
    const { id } = await uploaded(await picture().png().toBuffer(), 'loose.png');
    const pool = createPool(service.database.url);
    const { rows } = await pool.query<{ blob: string }>(
      `update attachments set created_at = now() - interval '2 days' where id = $1 returning blob`,
      [id],
    );
    await pool.end();
    expect(await deleteLooseAttachments(service.app.context, 24)).toBe(1);
    expect(await service.app.context.blobs.get(rows[0]?.blob ?? '')).toBeNull();
  });
});

describe('an address', () => {
  test('is for who may read the conversation: each reader their own', async () => {
    const { id, url } = await sent(pdf, 'shared.pdf');
    const { items } = await service.ask('listMessages', { as: sarah, params: { id: conversationId } });
    const hers = items.flatMap((item) => item.attachments).find((attachment) => attachment.id === id);
    expect(hers?.url).not.toBe(url);
    expect((await fetch(hers?.url ?? '')).status).toBe(200);
    const stranger = service.app.context.links.attachmentUrl('eve', id, 'original');
    await service.ask('putUser', { params: { id: 'eve' }, body: { name: 'Eve' } });
    expect((await readProblem(await fetch(stranger))).status).toBe(404);
  });

  test('is for a moderator too, once a message carries it, and only for as long as they are one', async () => {
    const [{ id: loose }, { id }] = [await uploaded(pdf, 'loose.pdf'), await sent(pdf, 'seen.pdf')];
    const put = (role: string) =>
      service.ask('putUser', { params: { id: 'max' }, body: { name: 'Max', role } });
    await put('moderator');
    const { items } = await service.ask('readModerationMessages', {
      as: await tokenFor('max'),
      params: { id: conversationId },
      query: { reason: 'a report' },
    });
    const url = items.flatMap((item) => item.attachments).find((one) => one.id === id)?.url ?? '';
    expect((await fetch(url)).status).toBe(200);
    const unsent = service.app.context.links.attachmentUrl('max', loose, 'original');
    expect((await fetch(unsent)).status).toBe(404);
    await put('member');
    expect((await fetch(url)).status).toBe(404);
  });

  test('is forged by nobody, ends, and ends with the message', async () => {
    const { id, url } = await sent(pdf, 'gone.pdf');
    expect((await fetch(`${url}x`)).status).toBe(404);
    const { links } = service.app.context;
    const claims = { purpose: 'attachment', userId: 'john', attachmentId: id, variant: 'original' } as const;
    expect((await fetch(`${service.url}/attachments/${links.sign(claims, -1)}`)).status).toBe(404);
    expect(
      (await fetch(`${service.url}/attachments/${links.sign({ ...claims, variant: 'thumbnail' }, 60)}`))
        .status,
    ).toBe(404);
    const { items } = await service.ask('listMessages', { as: john, params: { id: conversationId } });
    const seq = items.find((item) => item.attachments.some((attachment) => attachment.id === id))?.seq ?? 0;
    await service.ask('redactMessage', { as: john, params: { id: conversationId, seq } });
    expect((await fetch(url)).status).toBe(404);
  });
});

test.each([
  ['../../etc/passwd', 'passwd.png'],
  ['C:\\Windows\\evil.exe', 'evil.exe.png'],
  ['photo\u202egnp.exe', 'photognp.exe.png'],
  ['a\r\nb\0.png', 'ab.png'],
  ['...hidden.PNG', 'hidden.PNG'],
  ['.png', 'png.png'],
  ['', 'file.png'],
  ['🍯'.repeat(300), `${'🍯'.repeat(196)}.png`],
])('the name %j is kept as %j', (raw, kept) => {
  expect(cleanFileName(raw, ['png'])).toBe(kept);
});

test('blobs on disk are whole, and stay inside their folder', async () => {
  const folder = join(service.app.context.config.dataDir, 'more');
  const blobs = createDiskBlobs(folder);
  await blobs.put('ab/cd', Buffer.from('bytes'));
  const blob = await blobs.get('ab/cd');
  expect([blob?.size, await text(blob?.stream ?? Readable.from([]))]).toEqual([5, 'bytes']);
  expect(await readdir(join(folder, 'ab'))).toEqual(['cd']);
  await blobs.delete('ab/cd');
  await blobs.delete('ab/cd');
  expect(await blobs.get('ab/cd')).toBeNull();
  for (const key of ['../ab', '/etc/passwd', 'ab/../../x', ''])
    await expect(blobs.put(key, Buffer.from('x'))).rejects.toThrow('key');
});
