import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';

/** A load generator's connection: it sends, and hears what is acknowledged and what is pushed, by `clientId`. */
export interface LoadSocket {
  send(conversationId: string, clientId: string, text: string): void;
  close(): void;
}

export interface LoadEvents {
  readonly onSent: (clientId: string) => void;
  readonly onMessage: (clientId: string) => void;
  readonly onError: (frame: string) => void;
}

/** The service has to unmask, as it has with every browser's frames; that the mask is always the same costs less here. */
const mask = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);
const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;
/** Frames of a server are not masked, so their heads have so many bytes at most (RFC 6455, 5.2). */
const longestHead = 10;

/**
 * Connects and authenticates; resolves at `ready`. What is sent in one turn leaves in one write, and no frame is parsed as JSON: the load must be
 * cheap, since it shares the machine with what it measures.
 */
export async function connect(url: string, token: string, events: LoadEvents): Promise<LoadSocket> {
  const stream = await upgrade(url);
  const write = gatherWrites(stream);
  await new Promise<void>((resolve, reject) => {
    stream.on('error', reject);
    stream.on('close', () => reject(new Error('the service closed a socket')));
    readFrames(stream, (opcode, frame) => {
      if (opcode === opcodes.ping) write(encode(opcodes.pong, frame));
      else if (opcode === opcodes.close) reject(new Error(`the service closed a socket: ${frame.slice(2)}`));
      else if (frame.startsWith('{"op":"ready"')) resolve();
      else dispatch(frame, events);
    });
    write(encode(opcodes.text, JSON.stringify({ op: 'auth', ref: 'auth', token })));
  });
  return {
    send: (conversationId, clientId, text) =>
      write(
        encode(opcodes.text, JSON.stringify({ op: 'send', ref: clientId, conversationId, clientId, text })),
      ),
    close: () => stream.destroy(),
  };
}

function upgrade(url: string): Promise<Duplex> {
  const asked = request(`${url}/v1/realtime`, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
    },
  });
  asked.end();
  return new Promise((resolve, reject) => {
    asked.on('error', reject);
    asked.on('upgrade', (_answer, stream) => resolve(stream));
  });
}

/** Holds what is written back to the end of a turn. */
function gatherWrites(stream: Duplex): (frame: Buffer) => void {
  let gathering = false;
  return (frame) => {
    if (!gathering) {
      gathering = true;
      stream.cork();
      process.nextTick(() => {
        gathering = false;
        stream.uncork();
      });
    }
    stream.write(frame);
  };
}

/** A whole frame of a client, of less than 64 KiB. */
function encode(opcode: number, text: string): Buffer {
  const length = Buffer.byteLength(text);
  const start = length < 126 ? 6 : 8;
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (length < 126 ? length : 126);
  if (length >= 126) frame.writeUInt16BE(length, 2);
  mask.copy(frame, start - 4);
  frame.write(text, start);
  for (let index = start; index < frame.length; index += 1)
    frame[index] = (frame[index] ?? 0) ^ (mask[(index - start) & 3] ?? 0);
  return frame;
}

/** Reads a server's frames, which are whole and not masked. */
function readFrames(stream: Duplex, onFrame: (opcode: number, frame: string) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (let end = endOf(bytes, at); end !== null && end.at <= bytes.length; end = endOf(bytes, at)) {
      onFrame((bytes[at] ?? 0) & 15, bytes.toString('utf8', end.start, end.at));
      at = end.at;
    }
    rest = bytes.subarray(at);
  });
}

/** Where the frame that begins here has its text, and its end; null where its head is not all there. */
function endOf(bytes: Buffer, at: number): { start: number; at: number } | null {
  const short = (bytes[at + 1] ?? 0) & 127;
  const head = short < 126 ? 2 : short === 126 ? 4 : longestHead;
  if (bytes.length < at + head) return null;
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
  return { start: at + head, at: at + head + length };
}

/** Finds the `clientId` without parsing the frame. */
function dispatch(frame: string, events: LoadEvents): void {
  if (frame.startsWith('{"op":"error"')) return events.onError(frame);
  const mark = frame.indexOf('"clientId":"');
  if (mark < 0) return;
  const start = mark + 12;
  const clientId = frame.slice(start, frame.indexOf('"', start));
  if (frame.startsWith('{"op":"sent"')) events.onSent(clientId);
  else if (frame.startsWith('{"op":"message"')) events.onMessage(clientId);
}
