/** A rate as `n/s`, `n/m` or `n/h`. */
export interface Rate {
  readonly count: number;
  readonly seconds: number;
}

/** Everything that the environment says, checked. */
export interface Config {
  readonly mode: 'demo' | 'serve';
  readonly port: number;
  readonly host: string;
  readonly publicUrl: string;
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly secret: string;
  readonly jwksUrl: string | null;
  readonly apiKey: string;
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
  readonly mailReplyDomain: string | null;
  readonly inboundSmtpPort: number | null;
  readonly conversationUrl: string | null;
  readonly marketplaceHosts: readonly string[];
  /** Seconds. */
  readonly notifyDelay: number;
  readonly limitSends: Rate;
  readonly limitConversations: Rate;
  readonly limitRequests: Rate;
  readonly allowedOrigins: readonly string[];
  readonly logLevel: string;
}
