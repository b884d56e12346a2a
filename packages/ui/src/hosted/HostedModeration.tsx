import { useEffect } from 'react';
import { useAddress } from '../address/address.ts';
import { ModerationPanel } from '../moderation/ModerationPanel.tsx';
import { sections } from '../moderation/sections.ts';
import { useModerationWords } from '../moderation/use-moderation-words.ts';
import { useWordsOf } from '../words/use-words.tsx';
import { hostedWords } from './words.ts';

/** The moderation panel as a page; its title says which part is open. */
export function HostedModeration() {
  const words = useWordsOf(hostedWords);
  const panelWords = useModerationWords();
  const part = useAddress().path.split('/')[2];
  const section = sections.find(({ path }) => path === part) ?? sections[0];
  const title = words.say('hosted.moderation');
  const full = section
    ? words.say('hosted.section', { section: panelWords.say(section.label), title })
    : title;
  useEffect(() => {
    document.title = full;
  }, [full]);
  return (
    <div className="parley-hosted">
      <ModerationPanel base="/moderation" />
    </div>
  );
}
