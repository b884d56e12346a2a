import type { ReactNode } from 'react';
import type { Problem } from '@parley/protocol';
import { PanelIcon, type PanelIconName } from './PanelIcon.tsx';
import { useModerationWords } from './use-moderation-words.ts';

export interface PanelNoteProps {
  icon: PanelIconName;
  title: string;
  hint: string;
  /** It is the whole page, and so its title is the page's. */
  page?: boolean;
  /** What one can do next. */
  children?: ReactNode;
}

/** What stands where there is nothing to show: what this is, why it is empty, and the one thing to do. */
export function PanelNote({ icon, title, hint, page = false, children }: PanelNoteProps) {
  const Title = page ? 'h1' : 'h2';
  return (
    <div className="parley-mod-note">
      <PanelIcon name={icon} />
      <Title>{title}</Title>
      <p>{hint}</p>
      {children}
    </div>
  );
}

/** What stands where something could not be loaded. */
export function PanelProblem({ problem, onRetry }: { problem: Problem; onRetry: () => void }) {
  const words = useModerationWords();
  if (problem.status === 403)
    return (
      <PanelNote icon="shield" title={words.say('mod.forbidden')} hint={words.say('mod.forbidden-unnamed')} />
    );
  const hint =
    problem.status === 0
      ? words.say('mod.unreached')
      : words.say('mod.error-hint', { detail: problem.detail || problem.title });
  return (
    <div role="alert">
      <PanelNote icon="alert" title={words.say('mod.error')} hint={hint}>
        <button type="button" className="parley-mod-button" onClick={onRetry}>
          {words.say('mod.retry')}
        </button>
      </PanelNote>
    </div>
  );
}
