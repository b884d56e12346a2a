import type { Runtime } from './runtime.ts';

/** What a browser's WebSocket and that of `ws` have in common, as far as it is needed. */
export interface Socket {
  send(data: string): void;
  close(): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number }) => void): void;
}

/** Begins to open a socket to the service. */
export async function openSocket(runtime: Pick<Runtime, 'url' | 'webSocket'>): Promise<Socket> {
  const socket = await makeSocket(runtime, `${runtime.url.replace(/^http/, 'ws')}/v1/realtime`);
  // What went wrong is told again by the close that follows; `ws` throws what nobody listens to.
  socket.addEventListener('error', () => undefined);
  return socket;
}

/** `ws` is loaded where there is no WebSocket; bundlers for browsers put its own empty file in its place. */
async function makeSocket({ webSocket }: Pick<Runtime, 'webSocket'>, address: string): Promise<Socket> {
  if (webSocket) return webSocket(address);
  if (typeof WebSocket !== 'undefined') return new WebSocket(address);
  const ws = await import('ws');
  return new ws.WebSocket(address, { perMessageDeflate: false });
}
