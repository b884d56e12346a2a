import { useState } from 'react';
import { AddressLink } from '../address/AddressLink.tsx';
import { useAddress } from '../address/address.ts';
import { useMe } from '../hooks/stores.ts';
import { Avatar } from '../primitives/Avatar.tsx';
import { KnownContext, type KnownConversations } from './known-conversations.ts';
import { PanelIcon } from './PanelIcon.tsx';
import { PanelNote } from './PanelNote.tsx';
import { ReadingPage } from './ReadingPage.tsx';
import { sections } from './sections.ts';
import { useModerationWords } from './use-moderation-words.ts';

export interface ModerationPanelProps {
  /** The address that the panel has; what is open in it follows below that. */
  base?: string;
}

/** The owner's and moderators' panel. It keeps what is open, and how it is filtered, in the address bar. */
export function ModerationPanel({ base = '/moderation' }: ModerationPanelProps) {
  const [known] = useState<KnownConversations>(() => new Map());
  const me = useMe();
  const { path } = useAddress();
  const parts = path
    .slice(base.length)
    .split('/')
    .filter((part) => part !== '');
  const section = sections.find((each) => each.path === (parts[0] ?? sections[0]?.path));
  return (
    <KnownContext value={known}>
      <div className="parley parley-mod">
        <div className="parley-mod-shell">
          <PanelRail base={base} current={section?.path} />
          <main id="parley-mod-main" className="parley-mod-main" tabIndex={-1}>
            <PanelContent base={base} parts={parts} forbidden={me?.role === 'member' ? me.name : null} />
          </main>
        </div>
      </div>
    </KnownContext>
  );
}

function PanelContent(props: { base: string; parts: readonly string[]; forbidden: string | null }) {
  const words = useModerationWords();
  const { base, parts, forbidden } = props;
  const [path = sections[0]?.path, id, rest] = parts;
  const section = sections.find((each) => each.path === path);
  if (forbidden !== null)
    return (
      <PanelNote
        page
        icon="shield"
        title={words.say('mod.forbidden')}
        hint={words.say('mod.forbidden-hint', { name: forbidden })}
      />
    );
  if (section && id === undefined) return <section.Page base={base} />;
  if (section?.path === 'conversations' && id !== undefined && rest === undefined)
    return <ReadingPage key={id} base={base} id={id} />;
  return (
    <PanelNote page icon="search" title={words.say('mod.missing')} hint={words.say('mod.missing-hint')}>
      <AddressLink className="parley-mod-button" href={`${base}/conversations`}>
        {words.say('mod.to-conversations')}
      </AddressLink>
    </PanelNote>
  );
}

function PanelRail({ base, current }: { base: string; current: string | undefined }) {
  const words = useModerationWords();
  const me = useMe();
  return (
    <header className="parley-mod-rail">
      <a className="parley-mod-skip" href="#parley-mod-main">
        {words.say('mod.skip')}
      </a>
      <div className="parley-mod-brand">
        <BrandMark />
        <span>
          Parley<small>{words.say('mod.title')}</small>
        </span>
      </div>
      <nav aria-label={words.say('mod.title')}>
        <ul>
          {sections.map(({ path, label, icon }) => (
            <li key={path}>
              <AddressLink
                href={`${base}/${path}`}
                title={words.say(label)}
                aria-current={path === current ? 'page' : undefined}
              >
                <PanelIcon name={icon} />
                <span>{words.say(label)}</span>
              </AddressLink>
            </li>
          ))}
        </ul>
      </nav>
      {me && me.role !== 'member' && (
        <div className="parley-mod-me">
          <Avatar id={me.id} name={me.name} imageUrl={me.avatarUrl} />
          <span className="parley-mod-one">
            {me.name}
            <br />
            <span className="parley-mod-meta">{words.say(`mod.role.${me.role}`)}</span>
          </span>
        </div>
      )}
    </header>
  );
}

function BrandMark() {
  return (
    <svg className="parley-mod-mark" viewBox="0 0 28 28" aria-hidden="true">
      <rect width="28" height="28" rx="7" />
      <path d="M8 9.5h12v7h-6L10.5 20v-3.5H8z" />
    </svg>
  );
}
