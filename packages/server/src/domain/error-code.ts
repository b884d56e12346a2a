/** The `code` of a Node system error (`ENOENT`, …), or of a PostgreSQL error (`3D000`, …). */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
