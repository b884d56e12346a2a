import { createChanges, type Changes } from './changes.ts';
import { createDrafts, type Drafts } from './drafts.ts';
import { createHttp, type Http } from './http.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { createRuntime, type Runtime } from './runtime.ts';
import { createTokens, type Tokens } from './token.ts';
import type { ClientOptions } from './types.ts';

/** What everything else in the client stands on: the world, whose client it is, what is stored, and calls. */
export interface Base {
  readonly runtime: Runtime;
  readonly changes: Changes;
  readonly tokens: Tokens;
  readonly http: Http;
  readonly outbox: Outbox;
  readonly drafts: Drafts;
  /** What every key in storage begins with. */
  readonly prefix: string;
}

/** `onExpiring`: the token ends soon. `watchCall`: see `Connection`. */
export function createBase(
  options: ClientOptions,
  onExpiring: () => void,
  watchCall: () => () => void,
): Base {
  const runtime = createRuntime(options);
  const changes = createChanges();
  const prefix = `parley:${runtime.url}:`;
  const outbox = createOutbox(changes, runtime.storage, prefix);
  const drafts = createDrafts(changes, runtime.storage, prefix);
  const onUser = (userId: string) => {
    changes.run(() => {
      outbox.open(userId);
      drafts.open(userId);
    });
  };
  const tokens = createTokens({ runtime, getToken: options.getToken, onUser, onExpiring });
  return { runtime, changes, tokens, http: createHttp(runtime, tokens, watchCall), outbox, drafts, prefix };
}
