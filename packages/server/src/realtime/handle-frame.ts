import { ProblemError, closeCodes, type ClientFrame, type ServerFrame } from '@parley/protocol';
import type { Context } from '../actions/action.ts';
import { sendMessage } from '../actions/messages.ts';
import { markRead } from '../actions/reads.ts';
import { noConversation, seatHolders } from '../actions/seats.ts';
import { sync } from '../actions/sync.ts';
import { createTurns } from '../actions/turns.ts';
import { loadConversation } from '../db/conversations.ts';
import { passingProblem } from '../db/unreachable.ts';
import { opens } from '../domain/scope.ts';
import { pushError, pushFrame, sendKey, type Connection, type PendingSend } from './connection.ts';

/** Who speaks is the gateway's affair; all other frames are asked for here. */
type AskingFrame = Exclude<ClientFrame, { op: 'auth' }>;
type AskingOp = AskingFrame['op'];
type Frame<Op extends AskingOp> = Extract<AskingFrame, { op: Op }>;
type Handler<Op extends AskingOp> = (
  context: Context,
  connection: Connection,
  frame: Frame<Op>,
) => Promise<ServerFrame | null>;

/** When thousands come back at once, what they missed is read for a few at a time: those who stayed have their turns in between. */
const syncing = createTurns(4);

/** The registry of frames: what each asks for, and its answer; null where there is none, or it was pushed already. */
const handlers: { readonly [Op in AskingOp]: Handler<Op> } = {
  send: handleSend,
  async read(context, connection, { ref, conversationId, seq }) {
    await markRead(context, connection.asker, { params: { id: conversationId }, body: { seq } });
    return { op: 'ok', ref };
  },
  async typing(context, connection, { conversationId }) {
    const seen = await seenBy(context, connection, conversationId);
    if (seen?.status !== 'open') return null;
    const recipients = seen.to.recipients.filter((other) => other !== seen.to.userId);
    context.bus.publish([{ type: 'conversation.typed', ...seen.to, recipients }]);
    return null;
  },
  async presence(context, connection, { conversationId, here }) {
    const seen = await seenBy(context, connection, conversationId);
    if (seen !== null) context.bus.publish([{ type: 'conversation.attended', ...seen.to, here }]);
    return null;
  },
  async sync(context, connection, { ref, conversations }) {
    const { asker, socket } = connection;
    const isThere = (): boolean => socket.readyState === socket.OPEN;
    return syncing.take(async () =>
      // Who has gone while it waited has no use for it.
      isThere() ? { op: 'sync', ref, ...(await sync(context, asker, { body: { conversations } })) } : null,
    );
  },
  ping: (_context, _connection, { ref }) => Promise.resolve({ op: 'pong', ref }),
};

/** Who sees what this person does in a conversation at this moment, themselves included; null where one side has blocked the other. */
async function seenBy(context: Context, { asker: { userId } }: Connection, id: string) {
  const conversation = await loadConversation(context.db, userId, id);
  if (conversation === null) throw noConversation();
  if (conversation.blocked !== null) return null;
  const conversationId = conversation.id;
  const recipients = await seatHolders(context, conversationId);
  return { status: conversation.status, to: { recipients, conversationId, userId } };
}

/** Does what a frame asks. Generic, so that frame and handler are known to be of one `op`. */
async function handle<Op extends AskingOp>(
  context: Context,
  connection: Connection,
  frame: Frame<Op>,
): Promise<ServerFrame | null> {
  requireConversationScope(connection, frame);
  return handlers[frame.op](context, connection, frame);
}

async function handleSend(
  context: Context,
  connection: Connection,
  frame: Frame<'send'>,
): Promise<ServerFrame | null> {
  const { ref, conversationId, ...body } = frame;
  const { op: _op, ...send } = body;
  const key = sendKey(conversationId, frame.clientId);
  const pending: PendingSend = { ref, answered: false };
  if (!connection.pending.has(key)) connection.pending.set(key, pending);
  try {
    const message = await inOrder(connection, frame, () =>
      sendMessage(context, connection.asker, { params: { id: conversationId }, body: send }),
    );
    // Another node's messages before it may still be on their way here; the answer keeps its place behind them.
    const inPlace =
      pending.answered || ((await connection.held(message.conversationId, message.seq)) ?? true);
    if (pending.answered) return null;
    if (inPlace) return { op: 'sent', ref, message };
    // Nobody can be told of a log in its order while the database that has the rest of it is away: whoever comes back syncs.
    connection.socket.close(closeCodes.resync, 'resync');
    return null;
  } finally {
    if (connection.pending.get(key) === pending) connection.pending.delete(key);
  }
}

/** Attachments are looked up before a message enters the journal; what is sent after it must not overtake it. */
function inOrder<T>(connection: Connection, frame: Frame<'send'>, send: () => Promise<T>): Promise<T> {
  if (connection.lastSend === null && frame.attachmentIds === undefined) return send();
  const result = (connection.lastSend ?? Promise.resolve()).then(send);
  const settled = result.then(
    () => undefined,
    () => undefined,
  );
  connection.lastSend = settled;
  void settled.then(() => {
    if (connection.lastSend === settled) connection.lastSend = null;
  });
  return result;
}

/** Sends a frame's answer, or its error, to the connection. */
export async function answerFrame(
  context: Context,
  connection: Connection,
  frame: AskingFrame,
): Promise<void> {
  try {
    const answer = await handle(context, connection, frame);
    if (answer !== null) pushFrame(connection, answer);
    connection.observer?.onFrame(frame.op, 'ok');
  } catch (error) {
    const problem = problemOf(context, error);
    connection.observer?.onFrame(frame.op, problem.code);
    pushError(connection, frame.ref, problem);
  }
}

/** What a caller may know of an error: a problem as it is, a database that is away, anything else as `internal` (and the log has it). */
export function problemOf(context: Pick<Context, 'log'>, error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  const passing = passingProblem(error, context.log);
  if (passing !== null) return passing;
  context.log.error({ err: error }, 'a frame failed');
  return new ProblemError('internal', 'Something went wrong here; try again.');
}

function requireConversationScope(connection: Connection, frame: AskingFrame): void {
  const named =
    'conversationId' in frame
      ? [frame.conversationId]
      : frame.op === 'sync'
        ? Object.keys(frame.conversations)
        : [];
  if (!named.every((id) => opens(connection.asker.conversationId, id))) throw noConversation();
}
