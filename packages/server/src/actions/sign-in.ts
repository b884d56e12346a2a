import { ProblemError, type Role } from '@parley/protocol';
import { sql, type Selectable } from 'kysely';
import { planOnce } from '../db/plan-once.ts';
import type { UsersTable } from '../db/tables.ts';
import type { Context } from './action.ts';
import { spread } from './spread.ts';

/** Who a token speaks for, by the marketplace's word: what it does not say stays as it is, null takes it away. */
export interface SignedClaims {
  readonly sub: string;
  readonly name?: string;
  readonly email?: string | null;
  readonly avatarUrl?: string | null;
  readonly locale?: string | null;
  readonly role?: Role;
  /** When the token was issued, in seconds since 1970. */
  readonly iat?: number;
}

/** A person as every request needs them. */
export interface SignedIn {
  readonly userId: string;
  readonly role: Role;
  readonly suspended: boolean;
}

/**
 * The person of a token that was verified before: who they are by now. Suspended people may still read.
 * @throws {ProblemError} `forbidden` when the person was erased
 */
export async function readSignedIn(context: Pick<Context, 'db'>, userId: string): Promise<SignedIn | null> {
  const user = await readUser(context, userId);
  return user === null ? null : signedIn(user);
}

type UserRow = Pick<
  Selectable<UsersTable>,
  'id' | 'role' | 'suspended' | 'erased_at' | 'name' | 'email' | 'avatar_url' | 'locale' | 'claims_at'
>;

/** With all that a token may say. */
async function readUser({ db }: Pick<Context, 'db'>, userId: string): Promise<UserRow | null> {
  const { rows } =
    await sql<UserRow>`${planOnce}select id, role, suspended, erased_at, name, email, avatar_url, locale, claims_at
    from users where id = ${userId}`.execute(db);
  const user = rows[0];
  if (user === undefined) return null;
  if (user.erased_at !== null)
    throw new ProblemError('forbidden', 'This person was erased from the marketplace, and cannot come back.');
  return user;
}

function signedIn({ id, role, suspended }: { id: string; role: Role; suspended: boolean }): SignedIn {
  return { userId: id, role, suspended };
}

/**
 * Creates the person of a token at first sight, and updates what the token says otherwise than before; nothing is written when
 * nothing changed, and nothing but the person read: after a restart everybody's token is new to a node. A token that was issued before
 * the last change changes nothing, so that a role that was taken away does not come back with it; without `iat` this cannot be known.
 * Without a `name` a new person goes by their id.
 * @throws {ProblemError} `forbidden` when the person was erased
 */
export async function signIn(context: Context, claims: SignedClaims): Promise<SignedIn> {
  const columns = claimedColumns(claims);
  const claimsAt = timeOf(claims, columns);
  const known = await readUser(context, claims.sub);
  if (known === null)
    return (await create(context, claims.sub, { ...columns, ...claimsAt })) ?? signIn(context, claims);
  if (!isCurrent(claims.iat, known.claims_at)) return signedIn(known);
  if (!isNews(known, columns)) return signedIn(known);
  const role = await update(context, claims, { ...columns, ...claimsAt });
  if (role === null) return (await readSignedIn(context, claims.sub)) ?? signedIn(known);
  await spread(context, { buyerId: claims.sub }, true);
  return { ...signedIn(known), role };
}

function isNews(known: UserRow, columns: ClaimedColumns): boolean {
  return Object.entries(columns).some(
    ([column, value]) => Object.getOwnPropertyDescriptor(known, column)?.value !== value,
  );
}

/** Answers the role by now; null where a later token, or another request of the same one, was there before. */
async function update(
  { db }: Context,
  { sub, iat = null }: { readonly sub: string; readonly iat?: number | null },
  columns: ClaimedColumns & { claims_at?: number },
): Promise<Role | null> {
  const { claims_at: _at, ...claimed } = columns;
  const changed = await db
    .updateTable('users')
    .set(columns)
    .where('id', '=', sub)
    .where('erased_at', 'is', null)
    .where(sql<boolean>`(${iat}::float8 is null or claims_at is null or claims_at <= ${iat})`)
    .where((is) =>
      is.or(
        Object.entries(claimed).map(
          ([column, value]) => sql<boolean>`${sql.ref(column)} is distinct from ${value}`,
        ),
      ),
    )
    .returning('role')
    .executeTakeFirst();
  return changed?.role ?? null;
}

/** When the claims were said, where they say something. A clock that runs ahead must not make later tokens old. */
function timeOf({ iat }: SignedClaims, columns: ClaimedColumns): { claims_at?: number } {
  const isDated = iat !== undefined && Object.keys(columns).length > 0;
  return isDated ? { claims_at: Math.min(iat, Date.now() / 1000) } : {};
}

/** Tokens know whole seconds: of two of the same one the one that comes last counts. */
function isCurrent(iat: number | undefined, claimsAt: number | null): boolean {
  return iat === undefined || claimsAt === null || iat >= claimsAt;
}

/** Null when somebody else created them at the same moment. */
async function create(
  context: Context,
  id: string,
  columns: ClaimedColumns & { claims_at?: number },
): Promise<SignedIn | null> {
  const row = await context.db
    .insertInto('users')
    .values({ id, name: id, created_at: sql`date_trunc('milliseconds', now())`, ...columns })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('role')
    .executeTakeFirst();
  return row === undefined ? null : { userId: id, role: row.role, suspended: false };
}

type ClaimedColumns = ReturnType<typeof claimedColumns>;

function claimedColumns({ name, email, avatarUrl, locale, role }: SignedClaims) {
  return {
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(avatarUrl !== undefined && { avatar_url: avatarUrl }),
    ...(locale !== undefined && { locale }),
    ...(role !== undefined && { role }),
  };
}
