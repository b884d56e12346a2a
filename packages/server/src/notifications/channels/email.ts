import type { Context } from '../../actions/action.ts';
import { composeMail } from '../../mail/compose.ts';
import { openTransport } from '../../mail/transport.ts';
import type { Channel } from './channel.ts';

/** Email over `SMTP_URL`; null without it: notifications wait, as the configuration's warning says. */
export function openEmail(context: Context): Channel | null {
  const { smtpUrl } = context.config;
  if (smtpUrl === null) return null;
  const transport = openTransport(smtpUrl);
  return {
    name: 'email',
    deliver: async (notification, signal) => transport.send(await composeMail(context, notification), signal),
    close: () => transport.close(),
  };
}
