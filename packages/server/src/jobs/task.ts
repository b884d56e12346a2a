import type { Context } from '../actions/action.ts';
import type { Channel } from '../notifications/channels/channel.ts';
import type { JobsObserver } from './observer.ts';

/** What tasks work with. */
export interface Work {
  readonly context: Context;
  readonly channels: readonly Channel[];
  readonly observer?: JobsObserver | undefined;
}

/** One try at a job. */
export interface Attempt {
  /** No further try follows: what fails now has failed for good. */
  readonly last: boolean;
  /** Aborts when the process stops. */
  readonly signal: AbortSignal;
}

/** Work that the queue runs, on any node, and again when it threw or its process died: so it must bear running twice. */
export interface Task {
  readonly name: string;
  /** Whether this process can do it; jobs of tasks that no process can do wait. Yes unless said. */
  readonly ready?: (work: Work) => boolean;
  run(work: Work, payload: unknown, attempt: Attempt): Promise<void>;
}
