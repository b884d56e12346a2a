/** Reads variables by name and collects what is wrong with them; a wrong one gives its default, so that reading goes on. */
export interface Reader {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  readonly fail: (problem: string) => void;
  readonly warn: (warning: string) => void;
  /** Trimmed; null when it is not set or empty. */
  readonly text: (name: string) => string | null;
  readonly integer: (name: string, range: { min: number; max: number }) => number | null;
  readonly oneOf: (name: string, values: readonly string[], fallback: string) => string;
  /** An absolute URL with one of these protocols (`https:`, …), as it was written. */
  readonly url: (name: string, protocols: readonly string[]) => string | null;
  /** Comma-separated; null when it is not set. */
  readonly list: (name: string) => string[] | null;
}

export function createReader(env: Readonly<Record<string, string | undefined>>): Reader {
  const problems: string[] = [];
  const warnings: string[] = [];
  const fail = (problem: string) => void problems.push(problem);
  const text = (name: string) => env[name]?.trim() || null;

  return {
    problems,
    warnings,
    fail,
    warn: (warning) => void warnings.push(warning),
    text,
    integer(name, { min, max }) {
      const value = text(name);
      if (value === null) return null;
      if (/^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max) return Number(value);
      fail(`${name} must be a whole number from ${min} to ${max}, not "${value}".`);
      return null;
    },
    oneOf(name, values, fallback) {
      const value = text(name) ?? fallback;
      if (values.includes(value)) return value;
      fail(`${name} must be one of ${values.join(', ')}, not "${value}".`);
      return fallback;
    },
    url(name, protocols) {
      const value = text(name);
      if (value === null || protocols.includes(parseUrl(value)?.protocol ?? '')) return value;
      // What was given may hold a password, so it is not repeated.
      fail(`${name} must be an address that begins with ${protocols.map((one) => `${one}//`).join(' or ')}.`);
      return null;
    },
    list: (name) =>
      text(name)
        ?.split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '') ?? null,
  };
}

/** The URL, or null where a text is none. */
export function parseUrl(value: string): URL | null {
  return URL.canParse(value) ? new URL(value) : null;
}
