import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Headers that belong to an upgrade alone (RFC 9110, 7.8; RFC 7540, 3.2.1), and what `Connection` says of them. */
const ofUpgrades = new Set(['upgrade', 'http2-settings']);

/**
 * Answers a request whose `Upgrade` nobody here wants as if it had none, which RFC 9110 (7.8) lets a server do: clients that offer HTTP/2
 * with every first request (`Upgrade: h2c`; Java's do) go on in HTTP/1.1. Node hands each of them to the `upgrade` listener, with its
 * parser gone; so the request goes back into its socket without those headers, and the socket to the server, as a new connection.
 */
export function ignoreUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { method = 'GET', url = '/', httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    if (name.toLowerCase() === 'connection') lines.push(`${name}: ${withoutUpgrade(value)}`);
    else if (!ofUpgrades.has(name.toLowerCase())) lines.push(`${name}: ${value}`);
  }
  // Node reads headers as Latin-1.
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}

function withoutUpgrade(connection: string): string {
  const options = connection.split(',').map((option) => option.trim());
  return options.filter((option) => !ofUpgrades.has(option.toLowerCase())).join(', ');
}
