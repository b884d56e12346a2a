import type { closeCodes, ServerFrame } from '@parley/protocol';
import type { Changes } from './changes.ts';
import { createLink, type FrameOf, type Link, type Question } from './link.ts';
import { notReached, problemOf } from './parley-error.ts';
import type { Runtime } from './runtime.ts';
import { openSocket, type Socket } from './socket.ts';
import type { Tokens } from './token.ts';
import type { ConnectionState, Store } from './types.ts';

type Codes = typeof closeCodes;

export interface ConnectionOptions {
  readonly runtime: Runtime;
  readonly tokens: Tokens;
  readonly changes: Changes;
  readonly onFrame: (frame: ServerFrame) => void;
  /** Authenticated: fetch what was missed. Rejected, the connection begins anew. */
  readonly onReady: () => Promise<void>;
  readonly onOnline: () => void;
}

/** Milliseconds for a socket to open, authenticate and sync. */
const readyTimeout = 15_000;
/** Milliseconds between signs of life, and for the answer to one. */
const beatEvery = 25_000;
const beatTimeout = 10_000;
/** The service's close codes that mean: not with this token. */
const refusingCodes: readonly number[] = [4001, 4003] satisfies [
  Codes['unauthenticated'],
  Codes['forbidden'],
];
const refusingStatuses: readonly number[] = [401, 403];

const atFirst: ConnectionState = { status: 'connecting', userId: null, retryIn: null };

/** The way to the service: once started, it opens itself again whenever it ends. */
export class Connection {
  readonly state: Store<ConnectionState>;
  readonly #options: ConnectionOptions;
  #shown = atFirst;
  #link: Link | null = null;
  /** Counts the tries; what belongs to an earlier one has nothing to say any more. */
  #turn = 0;
  #epoch = 0;
  #failures = 0;
  #refusals = 0;
  #closed = false;
  #cancelRetry = () => {};
  #cancelBeat = () => {};

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.state = options.changes.store(() => this.#shown);
  }

  isOnline(): boolean {
    return this.#shown.status === 'online';
  }

  /** Grows with every authentication: what was asked for in an earlier epoch may have missed something. */
  epoch(): number {
    return this.#epoch;
  }

  /** See `Link.ask`; rejects while there is no connection. */
  async ask<O extends ServerFrame['op']>(question: Question, answer: O): Promise<FrameOf<O>> {
    return this.#requireLink().ask(question, answer);
  }

  /** Sends what has no answer, if there is a connection. */
  tell(question: Question): void {
    this.#link?.tell(question);
  }

  start(): void {
    if (this.#closed) return;
    this.#cancelRetry();
    if (this.#shown.retryIn !== null) this.#show({});
    const turn = (this.#turn += 1);
    const cancelTimeout = this.#options.runtime.later(() => this.#giveUp(turn, false), readyTimeout);
    this.#establish(turn)
      .catch((error: unknown) => this.#giveUp(turn, refusingStatuses.includes(problemOf(error).status)))
      .finally(cancelTimeout);
  }

  /** The network may be back, or somebody looks again: tries now, or makes sure that the connection still stands. */
  wake(): void {
    if (this.isOnline()) {
      this.#checkPulse();
      return;
    }
    this.#failures = 0;
    if (this.#shown.retryIn !== null) this.start();
  }

  /** For a call that begins now: once it is answered, nobody need wait for the next try. One from before the wait shows nothing. */
  watchCall(): () => void {
    const turn = this.#turn;
    return () => {
      if (turn === this.#turn && this.#shown.retryIn !== null) this.start();
    };
  }

  /** The network has gone, or something is wrong with what came: begins anew, after a while. */
  drop(): void {
    if (this.#shown.retryIn === null) this.#giveUp(this.#turn, false);
  }

  /** The open socket goes on with a new token. What fails here shows when the service ends it with the old token. */
  renew(): void {
    const link = this.#link;
    if (link === null || !this.isOnline()) return;
    const authenticate = (token: string) => link.ask({ op: 'auth', token }, 'ready');
    this.#options.tokens
      .get()
      .then(authenticate)
      .catch(() => undefined);
  }

  close(): void {
    this.#closed = true;
    this.#turn += 1;
    this.#link?.drop();
    this.#link = null;
    this.#show({ status: 'offline' });
  }

  async #establish(turn: number): Promise<void> {
    const { tokens, runtime } = this.#options;
    const token = await tokens.get();
    const socket = await openSocket(runtime);
    if (turn !== this.#turn) {
      socket.close();
      return;
    }
    await this.#open(socket, turn, token);
    await this.#authenticate(token);
    await this.#options.onReady();
    if (turn !== this.#turn) return;
    this.#show({ status: 'online', userId: tokens.userId() });
    this.#beat();
    this.#options.onOnline();
  }

  #open(socket: Socket, turn: number, token: string): Promise<void> {
    return new Promise<void>((resolve) => {
      this.#link = createLink(socket, {
        open: resolve,
        frame: this.#options.onFrame,
        end: (code) => {
          const refused = refusingCodes.includes(code);
          if (refused) this.#options.tokens.drop(token);
          this.#giveUp(turn, refused);
        },
      });
    });
  }

  async #authenticate(token: string): Promise<void> {
    const { tokens } = this.#options;
    try {
      const { userId } = await this.#requireLink().ask({ op: 'auth', token }, 'ready');
      tokens.bind(userId);
      this.#epoch += 1;
    } catch (error) {
      if (problemOf(error).status === 401) tokens.drop(token);
      throw error;
    }
  }

  /** Ends a turn and plans the next. A token that is not taken is replaced once at once; after that, it is said. */
  #giveUp(turn: number, refused: boolean): void {
    if (turn !== this.#turn || this.#closed) return;
    this.#turn += 1;
    const old = this.#link;
    this.#link = null;
    this.#cancelBeat();
    old?.drop();
    this.#refusals = refused ? this.#refusals + 1 : 0;
    if (this.#refusals === 1 && this.#failures === 0) {
      if (this.isOnline()) this.#show({ status: 'offline' });
      this.start();
      return;
    }
    const { runtime } = this.#options;
    const retryIn = runtime.backoff(this.#failures);
    this.#failures += 1;
    this.#cancelRetry = runtime.later(() => this.start(), retryIn);
    this.#show({ status: this.#refusals > 0 ? 'refused' : 'offline', retryIn });
  }

  #beat(): void {
    this.#cancelBeat();
    this.#cancelBeat = this.#options.runtime.later(() => this.#checkPulse(), beatEvery);
  }

  #checkPulse(): void {
    const turn = this.#turn;
    this.#cancelBeat();
    this.#cancelBeat = this.#options.runtime.later(() => this.#giveUp(turn, false), beatTimeout);
    this.ask({ op: 'ping' }, 'pong').then(
      () => {
        if (turn !== this.#turn) return;
        this.#failures = 0;
        this.#refusals = 0;
        this.#beat();
      },
      () => undefined,
    );
  }

  #show(change: Partial<ConnectionState>): void {
    this.#options.changes.run(() => (this.#shown = { ...this.#shown, retryIn: null, ...change }));
  }

  #requireLink(): Link {
    if (this.#link === null) throw notReached();
    return this.#link;
  }
}
