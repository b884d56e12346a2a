import type { FastifyInstance } from 'fastify';
import type { Parley } from '../parley.ts';
import { findPersona, ownPath, personaCookie, type Persona } from '../persona.ts';
import { sideBySidePage } from '../pages/side-by-side.ts';
import { parleySession, signedInCookie } from './parley-session.ts';
import { personaOf, sendNotFound, sendPage, type Address, type RoutesOptions } from './visit.ts';

/** The page that the visitor came from, with whatever is open in it, when it is one of ours. */
function cameFrom(referrer: string | undefined, host: string): string {
  if (referrer === undefined || !URL.canParse(referrer)) return '/';
  const url = new URL(referrer);
  return url.host === host ? ownPath(`${url.pathname}${url.search}`) : '/';
}

/** The same page as somebody else; of a conversation in which they have no part only the list. */
async function landing(parley: Parley, { person }: Persona, path: string): Promise<string> {
  const { pathname, searchParams } = new URL(path, 'http://shop');
  const conversationId = searchParams.get('conversation');
  if (pathname !== '/messages' || conversationId === null) return path;
  const takesPart = await parley
    .call('GET', `/conversations/${encodeURIComponent(conversationId)}`, undefined, person.id)
    .then(
      () => true,
      () => false,
    );
  return takesPart ? path : '/messages';
}

/** What only the demo has: being somebody else, both sides at once, and Parley's own pages without signing in. */
export function addDemo(app: FastifyInstance, options: RoutesOptions): void {
  const { parley } = options;

  app.get<Address>('/switch/:id', async (request, reply) => {
    const persona = findPersona(request.params.id);
    if (!persona) return sendNotFound(request, reply, options);
    const to = await landing(parley, persona, cameFrom(request.headers.referer, request.host));
    return reply
      .header('set-cookie', [personaCookie(persona), signedInCookie(persona.person.id)])
      .redirect(await parleySession(parley, persona, to), 303);
  });

  app.get<Address>('/go/:id', async (request, reply) => {
    const { id } = request.params;
    if (id !== 'inbox' && id !== 'moderation') return sendNotFound(request, reply, options);
    const persona = personaOf(request);
    return reply
      .header('set-cookie', signedInCookie(persona.person.id))
      .redirect(await parleySession(parley, persona, `/${id}`), 303);
  });

  app.get('/side-by-side', (_request, reply) => sendPage(reply, sideBySidePage()));
}
