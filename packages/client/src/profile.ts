import type { Me } from '@parley/protocol';
import type { Changes, WatchedStore } from './changes.ts';
import type { Http } from './http.ts';

/** The person's own profile, loaded when somebody looks. */
export interface Profile {
  readonly store: WatchedStore<Me | null>;
  load(): void;
  /** A new connection stands: what could not be loaded is tried again. */
  restart(): void;
}

export function createProfile(changes: Changes, http: Http): Profile {
  let me: Me | null = null;

  function load(): void {
    http.call('getMe', {}).then(
      (answer) => changes.run(() => (me = answer)),
      // The next connection tries again.
      () => undefined,
    );
  }
  const store = changes.store(
    () => me,
    () => {
      if (me === null) load();
    },
  );
  return {
    store,
    load,
    restart() {
      if (me === null && store.watched()) load();
    },
  };
}
