import type { Answer, Body, Params, Query, Role, RouteName } from '@parley/protocol';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Blobs } from '../blobs/blobs.ts';
import type { Bus } from '../bus/bus.ts';
import type { Config } from '../config.ts';
import type { Tables } from '../db/tables.ts';
import type { Journal } from '../journal/journal.ts';
import type { Links } from '../http/links.ts';

/** The marketplace's back end, with its key and for nobody in particular. */
export interface HostAsker {
  readonly kind: 'host';
}

/** A person, by a token or by the key with `Parley-As`. `conversationId` narrows a link's session to that one conversation. */
export interface PersonAsker {
  readonly kind: 'person';
  readonly userId: string;
  readonly role: Role;
  /** Suspended people may read, but nothing is pushed to them. */
  readonly suspended?: boolean;
  readonly conversationId?: string;
}

/** What an asker must be, by the endpoint table's `asker`. */
export interface AskerOf {
  host: HostAsker;
  person: PersonAsker;
  moderator: PersonAsker;
}

/** What every action works with; made once per process in `app.ts`. */
export interface Context {
  readonly db: Kysely<Tables>;
  readonly journal: Journal;
  readonly bus: Bus;
  readonly blobs: Blobs;
  readonly links: Links;
  readonly config: Config;
  readonly log: Logger;
  /**
   * Takes one from the conversations that a person may open, and answers how to give it back; absent where none are counted.
   * @throws {ProblemError} `too-many` with `retryAfter`
   */
  readonly takeOpening?: (userId: string) => () => void;
}

type Part<K extends string, T> = T extends undefined ? object : Record<K, T>;
/** The validated parts of a request; a query's defaults are filled in. */
export type Input<N extends RouteName> = Part<'params', Params<N>> &
  Part<'query', Query<N>> &
  Part<'body', Body<N>>;

/** The function behind one endpoint. It checks, decides, writes, and answers what the endpoint's schema says; errors are `ProblemError`s. */
export type Action<N extends RouteName, A extends HostAsker | PersonAsker> = (
  context: Context,
  asker: A,
  input: Input<N>,
) => Promise<Answer<N>>;
