import { limits } from '@parley/protocol/limits';
import { AddressLink } from '../address/AddressLink.tsx';
import { PanelIcon } from './PanelIcon.tsx';
import { useModerationWords } from './use-moderation-words.ts';
import type { PageAddress } from './use-page.ts';

/** The way to newer and older pages. */
export function Pager({ page, next }: { page: PageAddress<string>; next: string | null }) {
  const words = useModerationWords();
  const { newer } = page;
  const older = next === null ? null : page.older(next);
  if (!newer && !older) return null;
  const newerWords = words.say(newer?.newest ? 'mod.page.newest' : 'mod.page.newer');
  return (
    <footer className="parley-mod-foot">
      <span className="parley-mod-meta">{words.say('mod.page.note', { count: limits.pageDefault })}</span>
      <nav className="parley-mod-row parley-mod-end" aria-label={words.say('mod.page.label')}>
        {newer ? (
          <AddressLink className="parley-mod-button parley-small" href={newer.href} state={newer.state}>
            <PanelIcon name="newer" />
            {newerWords}
          </AddressLink>
        ) : (
          <button type="button" className="parley-mod-button parley-small" disabled>
            <PanelIcon name="newer" />
            {newerWords}
          </button>
        )}
        {older ? (
          <AddressLink className="parley-mod-button parley-small" href={older.href} state={older.state}>
            {words.say('mod.page.older')}
            <PanelIcon name="older" />
          </AddressLink>
        ) : (
          <button type="button" className="parley-mod-button parley-small" disabled>
            {words.say('mod.page.older')}
            <PanelIcon name="older" />
          </button>
        )}
      </nav>
    </footer>
  );
}
