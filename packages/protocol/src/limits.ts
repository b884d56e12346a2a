/** Limits that both sides know: the client to say so early, the server to hold them. Each has its unit in its name or comment. */
export const limits = {
  /** Characters (code points) of a message's text after trimming. */
  textLength: 5000,
  clientIdLength: 64,
  hostIdLength: 128,
  nameLength: 200,
  titleLength: 300,
  urlLength: 2000,
  reasonLength: 500,
  storeMembers: 500,
  pageDefault: 50,
  pageMax: 100,
  /** Past this many missed messages in one conversation `sync` answers the newest page and `reset`. */
  syncReset: 1000,
  syncConversations: 1000,
  attachmentBytes: 10 * 1024 * 1024,
  attachmentsPerMessage: 5,
  /** Uploads of one person that may wait for a message to carry them. */
  waitingUploads: 100,
  frameBytes: 64 * 1024,
  /** Milliseconds a socket may take to authenticate. */
  authTimeout: 10_000,
  /** Milliseconds that a typing mark is shown. */
  typingTtl: 5_000,
  /** Milliseconds that somebody is taken to be in a conversation after saying so. */
  presenceTtl: 40_000,
} as const;
