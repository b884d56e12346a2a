/** Just enough of a protocol to see where each thing that a server says ends, and which of them are events of the bus. */
export interface Wire {
  /** Where the value that begins at `start` ends; -1 when it is not all there yet. @throws where it is none of this protocol */
  endOf(bytes: Buffer, start: number): number;
  /** Whether a whole value is a message that somebody published. */
  isEvent(value: Buffer): boolean;
}

const none = -1;

/**
 * What PostgreSQL says on one connection: a type and a length, which counts itself (PostgreSQL, "Message Formats"). Only the answer to
 * a request for encryption, at the very start, is a single byte.
 */
export function createPostgresWire(): Wire {
  let hasBegun = false;
  return {
    endOf(bytes, start) {
      if (!hasBegun) {
        if (bytes[start] === 'N'.charCodeAt(0)) return start + 1;
        if (bytes[start] === 'S'.charCodeAt(0)) throw new Error('what is encrypted cannot be told apart');
        hasBegun = true;
      }
      if (start + 5 > bytes.length) return none;
      const end = start + 1 + bytes.readInt32BE(start + 1);
      return end > bytes.length ? none : end;
    },
    isEvent: (value) => value[0] === 'A'.charCodeAt(0),
  };
}

const lengthFollows = '$!=';
const publications = ['*3', '>3'].map((head) => `${head}\r\n$7\r\nmessage\r\n`);

/** What Redis says, in RESP2 or RESP3 (https://redis.io/docs/latest/develop/reference/protocol-spec/), but for streamed values. */
export function createRedisWire(): Wire {
  return {
    endOf(bytes, start) {
      let at = start;
      for (let open = 1; open > 0; open -= 1) {
        const line = bytes.indexOf('\r\n', at);
        if (line < 0) return none;
        const type = String.fromCharCode(bytes[at] ?? 0);
        const inside = valuesInside(type);
        if (inside === undefined) throw new Error(`${JSON.stringify(type)} begins no value of RESP`);
        const size = lengthFollows.includes(type) || inside > 0 ? sizeOf(bytes, at + 1, line) : none;
        at = line + 2;
        if (lengthFollows.includes(type) && size >= 0) at += size + 2;
        if (at > bytes.length) return none;
        open += Math.max(size, 0) * inside;
        // Attributes come before the value that they are of.
        if (type === '|') open += 1;
      }
      return at;
    },
    isEvent: (value) => publications.some((head) => value.toString('latin1', 0, head.length) === head),
  };
}

/** How many values stand for each one of an aggregate's size; 0 for what is no aggregate. */
function valuesInside(type: string): number | undefined {
  if ('*~>'.includes(type)) return 1;
  if ('%|'.includes(type)) return 2;
  return `+-:_,#(${lengthFollows}`.includes(type) ? 0 : undefined;
}

function sizeOf(bytes: Buffer, start: number, end: number): number {
  const text = bytes.toString('latin1', start, end);
  if (!/^(?:\d+|-1)$/.test(text)) throw new Error(`${JSON.stringify(text)} is no size of a value of RESP`);
  return Number(text);
}

/** Cuts what comes in any chunks into whole values; what is left waits for the next chunk. */
export function createSplitter(wire: Wire): (chunk: Buffer) => Buffer[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const values: Buffer[] = [];
    let start = 0;
    while (start < bytes.length) {
      const end = wire.endOf(bytes, start);
      if (end < 0) break;
      values.push(bytes.subarray(start, end));
      start = end;
    }
    rest = bytes.subarray(start);
    return values;
  };
}
