import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Problem } from '@parley/protocol';
import { WebSocket, WebSocketServer } from 'ws';

type Frame = { op: string; ref?: string } & Record<string, unknown>;

/** Stands between clients and a real service, and does what networks do. */
export interface Relay {
  readonly url: string;
  /** False: nothing is accepted, neither requests nor sockets. */
  up: boolean;
  /** Decides about each frame of a client: answers it with a problem, loses it ('lose'), or lets it pass (null). */
  onAsk: (frame: Frame) => Problem | 'lose' | null;
  /** Whether a frame of the service's reaches the client. */
  onPush: (frame: Frame) => boolean;
  /** Called with each request before it is passed on; another status is answered at once. */
  onRequest: (method: string, path: string) => number | null;
  /** What has to happen before an answer of the service's, which was read by then, reaches the client. */
  onAnswer: (method: string, path: string) => Promise<void>;
  /** Keeps the service's frames of which `isKept` is true until the function that it answers is called. */
  hold(isKept?: (frame: Frame) => boolean): () => void;
  /** Every socket's frames that clients sent, and requests as `GET /path`. */
  readonly asked: Frame[];
  readonly requested: string[];
  /** Ends all sockets with a code, or as a cable that is cut. */
  cut(code?: number): void;
  close(): Promise<void>;
}

export async function startRelay(target: string): Promise<Relay> {
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer((asked, answer) => passRequest(relay, target, asked, answer));
  const line = createLine();
  const relay: Relay = {
    url: '',
    up: true,
    onAsk: () => null,
    onPush: () => true,
    onRequest: () => null,
    onAnswer: () => Promise.resolve(),
    hold: (isKept) => line.hold(isKept),
    asked: [],
    requested: [],
    cut(code) {
      for (const socket of sockets.clients) {
        if (code === undefined) socket.terminate();
        else socket.close(code);
      }
    },
    async close() {
      relay.cut();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  server.on('upgrade', (asked, socket, head) => {
    if (!relay.up) socket.destroy();
    else sockets.handleUpgrade(asked, socket, head, (client) => passFrames(relay, line, client, target));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = addressOf(server.address());
  return Object.assign(relay, { url: `http://127.0.0.1:${port}` });
}

/** Lets frames pass, or keeps them for a while. */
interface Line {
  pass(frame: Frame, send: () => void): void;
  hold: Relay['hold'];
}

function createLine(): Line {
  let keeps: (frame: Frame) => boolean = () => false;
  const kept: (() => void)[] = [];
  return {
    pass(frame, send) {
      if (keeps(frame)) kept.push(send);
      else send();
    },
    hold(isKept = () => true) {
      keeps = isKept;
      return () => {
        keeps = () => false;
        for (const send of kept.splice(0)) send();
      };
    },
  };
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('No port');
  return address;
}

function passRequest(relay: Relay, target: string, asked: IncomingMessage, answer: ServerResponse): void {
  const { method = 'GET', url = '/', headers } = asked;
  if (!relay.up) {
    asked.socket.destroy();
    return;
  }
  relay.requested.push(`${method} ${url}`);
  const status = relay.onRequest(method, url);
  if (status !== null) {
    answer.writeHead(status, { 'retry-after': '1' }).end();
    return;
  }
  const onward = request(new URL(url, target), { method, headers }, (response) => {
    void relay.onAnswer(method, url).then(() => {
      answer.writeHead(response.statusCode ?? 500, response.headers);
      response.pipe(answer);
    });
  });
  onward.on('error', () => answer.destroy());
  asked.pipe(onward);
}

function passFrames(relay: Relay, line: Line, client: WebSocket, target: string): void {
  const service = new WebSocket(`${target.replace(/^http/, 'ws')}/v1/realtime`);
  const opened = new Promise<void>((resolve) => service.once('open', () => resolve()));
  client.on('error', () => client.terminate());
  service.on('error', () => client.terminate());
  client.on('close', () => service.terminate());
  service.on('close', (code) => client.close(code === 1006 || code === 1005 ? 1011 : code));
  service.on('message', (data) => {
    const text = textOf(data);
    const frame = parse(text);
    if (relay.onPush(frame)) line.pass(frame, () => client.send(text));
  });
  client.on('message', (data) => {
    const text = textOf(data);
    const frame = parse(text);
    relay.asked.push(frame);
    const decision = relay.onAsk(frame);
    if (decision === null) void opened.then(() => service.send(text));
    else if (decision !== 'lose')
      client.send(JSON.stringify({ op: 'error', ref: frame.ref, problem: decision }));
  });
}

function textOf(data: WebSocket.RawData): string {
  return Buffer.isBuffer(data) ? data.toString() : '';
}

function parse(text: string): Frame {
  const value: unknown = JSON.parse(text);
  if (!isFrame(value)) throw new Error(`Not a frame: ${text}`);
  return value;
}

function isFrame(value: unknown): value is Frame {
  return typeof value === 'object' && value !== null && 'op' in value;
}
