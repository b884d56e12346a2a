import type { ClientFrame, ServerFrame } from '@parley/protocol';
import { parseJson } from './json.ts';
import { notReached, ParleyError } from './parley-error.ts';
import type { Socket } from './socket.ts';

type WithoutRef<T> = T extends unknown ? Omit<T, 'ref'> : never;
/** A frame to send; its `ref` is given to it on the way. */
export type Question = WithoutRef<ClientFrame>;
type Op = ServerFrame['op'];
export type FrameOf<O extends Op> = Extract<ServerFrame, { op: O }>;

/** One socket's life. */
export interface Link {
  /** Sends, and resolves with the answer. Rejects with the problem that the service answers, or when the socket ends first. */
  ask<O extends Op>(question: Question, answer: O): Promise<FrameOf<O>>;
  /** Sends what has no answer. */
  tell(question: Question): void;
  /** Ends it, here and now: a dead network does not answer a close. */
  drop(): void;
}

export interface LinkEvents {
  open(): void;
  /** Frames in the order in which they came; called before the promise of whoever asked is settled. */
  frame(frame: ServerFrame): void;
  /** Once, with the code of the close (1006 when it was dropped here). */
  end(code: number): void;
}

interface Waiting {
  readonly resolve: (frame: ServerFrame) => void;
  readonly reject: (error: Error) => void;
}

export function createLink(socket: Socket, events: LinkEvents): Link {
  const waiting = new Map<string, Waiting>();
  let refs = 0;
  let over = false;

  function end(code: number): void {
    if (over) return;
    over = true;
    socket.close();
    for (const { reject } of waiting.values()) reject(notReached());
    events.end(code);
  }
  function settle(frame: ServerFrame): void {
    if (!('ref' in frame)) return;
    const asked = waiting.get(frame.ref);
    waiting.delete(frame.ref);
    if (frame.op === 'error') asked?.reject(new ParleyError(frame.problem));
    else asked?.resolve(frame);
  }

  socket.addEventListener('open', () => events.open());
  socket.addEventListener('close', ({ code }) => end(code));
  socket.addEventListener('message', ({ data }) => {
    const frame = over ? null : readFrame(data);
    if (frame === null) return;
    events.frame(frame);
    settle(frame);
  });

  return {
    async ask(question, answer) {
      if (over) throw notReached();
      const ref = String((refs += 1));
      const frame = await new Promise<ServerFrame>((resolve, reject) => {
        waiting.set(ref, { resolve, reject });
        socket.send(JSON.stringify({ ...question, ref }));
      });
      if (!isOp(frame, answer)) throw notReached(`Not ${answer} but ${frame.op} was answered`);
      return frame;
    },
    tell: (question) => {
      if (!over) socket.send(JSON.stringify(question));
    },
    drop: () => end(1006),
  };
}

/** The service is taken at its word: a validator would weigh more than this whole client. */
function readFrame(data: unknown): ServerFrame | null {
  const value = typeof data === 'string' ? parseJson(data) : null;
  return isFrame(value) ? value : null;
}

function isFrame(value: unknown): value is ServerFrame {
  return typeof value === 'object' && value !== null && 'op' in value;
}

function isOp<O extends Op>(frame: ServerFrame, op: O): frame is FrameOf<O> {
  return frame.op === op;
}
