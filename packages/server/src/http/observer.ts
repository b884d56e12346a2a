/** Hears of every answer, for measurements. `route` is the route's pattern. It must be quick, and must not throw. */
export type HttpObserver = (answer: {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly milliseconds: number;
}) => void;
