import type { Duplex } from 'node:stream';
import { WebSocket, type RawData } from 'ws';

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

/** Connects and authenticates; resolves at `ready`. What is sent in one turn leaves in one write: the load must be cheap. */
export async function connect(url: string, token: string, events: LoadEvents): Promise<LoadSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/realtime`, { perMessageDeflate: false });
  const gather = gatherWrites(socket);
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', (code, reason) =>
      reject(new Error(`the service closed a socket: ${code} ${reason.toString()}`)),
    );
    socket.on('open', () => socket.send(JSON.stringify({ op: 'auth', ref: 'auth', token })));
    socket.on('message', (data) => {
      const text = toText(data);
      if (text.startsWith('{"op":"ready"')) resolve();
      else dispatch(text, events);
    });
  });
  return {
    send: (conversationId, clientId, text) => {
      gather();
      socket.send(JSON.stringify({ op: 'send', ref: clientId, conversationId, clientId, text }));
    },
    close: () => socket.terminate(),
  };
}

/** Answers what holds a socket's writes back to the end of a turn. */
function gatherWrites(socket: WebSocket): () => void {
  let stream: Duplex | null = null;
  let gathering = false;
  socket.on('upgrade', (response) => (stream = response.socket));
  return () => {
    const line = stream;
    if (gathering || line === null) return;
    gathering = true;
    line.cork();
    process.nextTick(() => {
      gathering = false;
      line.uncork();
    });
  };
}

function toText(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return (Buffer.isBuffer(data) ? data : Buffer.from(data)).toString();
}

/** Finds the `clientId` without parsing the frame: the load must not cost more than what it measures. */
function dispatch(text: string, events: LoadEvents): void {
  if (text.startsWith('{"op":"error"')) return events.onError(text);
  const clientId = /"clientId":"([^"]+)"/.exec(text)?.[1];
  if (clientId === undefined) return;
  if (text.startsWith('{"op":"sent"')) events.onSent(clientId);
  else if (text.startsWith('{"op":"message"')) events.onMessage(clientId);
}
