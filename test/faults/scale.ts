/** The long form (`npm run test:faults`) tries everything as often as it takes to trust it; the short one runs with all tests. */
export const isLong = process.env.PARLEY_FAULTS === 'long';

/** What stands for something in the long form, and in the short one. */
export function scaled<T>(long: T, short: T): T {
  return isLong ? long : short;
}

/** A test's time in milliseconds. */
export const patience = scaled(3_600_000, 90_000);

/** Says how far the long form is, and its figures. */
export function say(line: string): void {
  if (isLong) process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
}
