import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { identityOf, serverEnvironment, type Account } from './account.ts';

/** A PostgreSQL that ends when it is told to, or when this process is gone. */
export interface WatchedProcess {
  /** PostgreSQL's process id. */
  readonly pid: number;
  /** Settles with the exit code once PostgreSQL has ended, for whatever reason. */
  readonly exited: Promise<number | null>;
  /** Asks for a fast shutdown, after 5 s for an immediate one, after 10 s kills. Resolves when it has ended. */
  readonly stop: () => Promise<void>;
}

/**
 * The parent between Node and PostgreSQL. It holds the other end of a pipe: when that closes, because Node said so or because Node
 * is dead, even by SIGKILL, it stops PostgreSQL. In a session of its own no Ctrl-C reaches it, so that requests in hand
 * can end before their database does.
 */
const watchdog = `
trap '' INT TERM HUP
sockets=$1; shift
exec 3<&0
"$@" 3<&- </dev/null >&2 &
server=$!
(
  cd /
  while read -r _ <&3; do :; done
  for signal in INT INT INT INT INT QUIT QUIT QUIT QUIT QUIT KILL; do
    kill -$signal $server || exit
    sleep 1
  done
) >/dev/null 2>&1 &
watch=$!
echo $server
wait $server
code=$?
kill -KILL $watch
rm -rf "$sockets"
exit $code
`;

/** How to run a server: `sockets` is a folder that is removed when it ends, `output` a file descriptor for its stderr. */
export interface WatchedCommand {
  readonly command: string;
  readonly args: string[];
  readonly account: Account | undefined;
  readonly cwd: string;
  readonly sockets: string;
  readonly output: number;
}

/** Starts a command below the watchdog. It alone does not keep Node's event loop alive. */
export async function startWatched(run: WatchedCommand): Promise<WatchedProcess> {
  const child = spawn('/bin/sh', ['-c', watchdog, 'parley-postgres', run.sockets, run.command, ...run.args], {
    ...identityOf(run.account),
    cwd: run.cwd,
    env: serverEnvironment,
    detached: true,
    stdio: ['pipe', 'pipe', run.output],
  });
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('PostgreSQL cannot be started: no pipes.');
  const exited = new Promise<number | null>((resolve, reject) =>
    child.on('exit', resolve).on('error', reject),
  );
  stdin.on('error', () => undefined);
  const [line]: unknown[] = await Promise.race([once(stdout, 'data'), exited.then(() => [])]);
  stdout.destroy();
  child.unref();
  const stop = async () => {
    child.ref();
    stdin.end();
    await exited;
  };
  return { pid: Number(String(line)), exited, stop };
}
