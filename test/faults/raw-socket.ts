import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** A WebSocket without a library, so that it can break the protocol. */
export interface RawSocket {
  write(bytes: Buffer): void;
  /** Text frames so far. */
  readonly texts: readonly string[];
  /** Resolves once so many text frames are there, or the connection has ended. */
  received(count: number): Promise<void>;
  /** The close code that the other side sent, or null where it just ended. */
  readonly closed: Promise<number | null>;
  readonly isOpen: boolean;
  end(): unknown;
}

export interface FrameShape {
  readonly fin?: boolean;
  /** RSV1 to RSV3, as the bits 4, 2 and 1. */
  readonly rsv?: number;
  readonly masked?: boolean;
  /** Said instead of the true length. */
  readonly length?: bigint;
}

/** One frame as RFC 6455, 5.2 draws it, or as it forbids. */
export function frame(opcode: number, payload: Buffer | string = '', shape: FrameShape = {}): Buffer {
  const { fin = true, rsv = 0, masked = true } = shape;
  const body = Buffer.from(payload);
  const length = shape.length ?? BigInt(body.length);
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  const mark = masked ? 0x80 : 0;
  if (length < 126n) head.push(mark | Number(length));
  else if (length < 65_536n) head.push(mark | 126, Number(length >> 8n), Number(length & 255n));
  else {
    const long = Buffer.alloc(8);
    long.writeBigUInt64BE(length);
    head.push(mark | 127, ...long);
  }
  if (!masked) return Buffer.concat([Buffer.from(head), body]);
  const mask = randomBytes(4);
  return Buffer.concat([Buffer.from(head), mask, body.map((byte, index) => byte ^ (mask[index % 4] ?? 0))]);
}

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A close frame with a code and a reason. */
export function closeFrame(code: number, reason: Buffer | string = ''): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return frame(opcodes.close, Buffer.concat([head, Buffer.from(reason)]));
}

/** Connects, and authenticates where a token is given; resolves when the other side is ready for frames. */
export async function openRaw(url: string, token?: string): Promise<RawSocket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const raw = readFrames(socket);
  socket.write(
    `GET /v1/realtime HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
  );
  if (token !== undefined) {
    raw.write(frame(opcodes.text, JSON.stringify({ op: 'auth', ref: 'auth', token })));
    await raw.received(1);
  }
  return raw;
}

function readFrames(socket: Socket): RawSocket {
  const texts: string[] = [];
  const lookers = new Set<() => void>();
  let waiting = Buffer.alloc(0);
  let isUpgraded = false;
  let isOpen = true;
  let code: number | null = null;
  const wake = (): void => lookers.forEach((look) => look());

  const closed = new Promise<number | null>((resolve) => {
    socket.on('close', () => {
      isOpen = false;
      resolve(code);
      wake();
    });
  });
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => {
    waiting = Buffer.concat([waiting, bytes]);
    if (!isUpgraded) {
      const end = waiting.indexOf('\r\n\r\n');
      if (end < 0) return;
      isUpgraded = true;
      waiting = waiting.subarray(end + 4);
    }
    for (let read = takeFrame(waiting); read !== null; read = takeFrame(waiting)) {
      waiting = waiting.subarray(read.size);
      if (read.opcode === opcodes.text) texts.push(read.payload.toString());
      if (read.opcode === opcodes.ping) socket.write(frame(opcodes.pong, read.payload));
      if (read.opcode === opcodes.close) {
        code = read.payload.length >= 2 ? read.payload.readUInt16BE() : null;
        socket.end();
      }
    }
    wake();
  });

  return {
    texts,
    closed,
    get isOpen() {
      return isOpen;
    },
    write(bytes) {
      if (isOpen) socket.write(bytes);
    },
    received: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (texts.length < count && isOpen) return;
          lookers.delete(look);
          resolve();
        };
        lookers.add(look);
        look();
      }),
    end: () => socket.destroy(),
  };
}

/** The first frame of what a server has sent (unmasked), or null where it is not complete. */
function takeFrame(bytes: Buffer): { opcode: number; payload: Buffer; size: number } | null {
  if (bytes.length < 2) return null;
  const opcode = (bytes[0] ?? 0) & 15;
  const short = (bytes[1] ?? 0) & 127;
  const head = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < head) return null;
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < head + length) return null;
  return { opcode, payload: bytes.subarray(head, head + length), size: head + length };
}
