import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import type { Config } from '../config.ts';

/** Whether what the address at this hop says of those before it is believed; hops are counted from here. */
export type Trust = (address: string, hop: number) => boolean;

/** A number trusts that many proxies. */
export function trustOf({ trustProxy: trusted }: Pick<Config, 'trustProxy'>): Trust {
  if (typeof trusted === 'boolean') return () => trusted;
  if (typeof trusted === 'number') return (_address, hop) => hop < trusted;
  return proxyAddr.compile([...trusted]);
}

/** The address that a request came from, as Fastify's `request.ip` is, for what is none of Fastify's. */
export function addressOf(request: IncomingMessage, trust: Trust): string {
  return proxyAddr(request, trust);
}
