import { Type, type Static } from 'typebox';
import { closed, Seq } from './schema.ts';

/** Every kind of error that the API answers, with its status and title. RFC 9457; `type` is `/problems/{code}`. */
export const problems = {
  'bad-request': { status: 400, title: 'The request cannot be read' },
  invalid: { status: 400, title: 'Some fields are not valid' },
  unauthenticated: { status: 401, title: 'Who is asking is not known' },
  forbidden: { status: 403, title: 'This is not allowed' },
  blocked: { status: 403, title: 'The other side does not take messages from you' },
  suspended: { status: 403, title: 'This account may not write' },
  'person-needed': { status: 403, title: 'This call needs a person' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'This address does not know that method' },
  'too-slow': { status: 408, title: 'The request took too long to arrive' },
  conflict: { status: 409, title: 'This contradicts what is there' },
  'client-id-reused': { status: 409, title: 'This clientId was used for another text' },
  'conversation-locked': { status: 409, title: 'This conversation is locked' },
  'conversation-closed': { status: 409, title: 'This conversation is closed' },
  'too-large': { status: 413, title: 'This is too large' },
  'unsupported-type': { status: 415, title: 'This type is not taken' },
  policy: { status: 422, title: "This goes against the marketplace's rules" },
  'too-many': { status: 429, title: 'Too many requests' },
  'head-too-large': { status: 431, title: 'The headers are too large' },
  internal: { status: 500, title: 'Something went wrong here' },
  unavailable: { status: 503, title: 'This cannot be served right now' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;

export const FieldError = closed({
  pointer: Type.String({ description: 'JSON pointer into the body, or the name of a query parameter' }),
  detail: Type.String(),
});
export const Problem = closed({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  errors: Type.Optional(Type.Array(FieldError)),
  retryAfter: Type.Optional(Type.Integer({ description: 'Seconds' })),
  seq: Type.Optional(Seq),
});
export type Problem = Static<typeof Problem>;
export type FieldError = Static<typeof FieldError>;

/** An error that reaches the caller as `application/problem+json`, or in a frame of `op` `error`. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(
    readonly code: ProblemCode,
    detail: string,
    extra: { errors?: FieldError[]; retryAfter?: number } = {},
  ) {
    super(detail);
    this.name = 'ProblemError';
    const { status, title } = problems[code];
    this.problem = { type: `/problems/${code}`, title, status, detail, ...extra };
  }
}
