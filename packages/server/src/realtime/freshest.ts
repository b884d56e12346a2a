/** Reads something again whenever it has changed, one reading at a time, so that the one that ends last also began last. */
export interface Freshest {
  /** Runs `read` once no earlier reading under this key is under way; of those that wait for that, the last alone. It must not reject. */
  ask(key: string, read: () => Promise<void>): void;
}

export function createFreshest(): Freshest {
  /** By key: what is to run when the reading that is under way has ended. */
  const underWay = new Map<string, (() => Promise<void>) | null>();

  async function run(key: string, read: () => Promise<void>): Promise<void> {
    for (let next: (() => Promise<void>) | null = read; next !== null; next = underWay.get(key) ?? null) {
      underWay.set(key, null);
      await next();
    }
    underWay.delete(key);
  }
  return {
    ask(key, read) {
      if (underWay.has(key)) underWay.set(key, read);
      else void run(key, read);
    },
  };
}
