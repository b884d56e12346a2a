/** Hears what happens at the sockets, for measurements. It is called for every frame: it must be quick, and must not throw. */
export interface RealtimeObserver {
  /** A client's frame came to `ok`, or to a problem's code. `op` is one of the protocol's, or `invalid`. */
  readonly onFrame: (op: string, outcome: string) => void;
  /** A message was pushed, so many milliseconds after its creation. */
  readonly onPush: (milliseconds: number) => void;
  /** A socket was closed since its reader does not read. */
  readonly onSlowReader: () => void;
}
