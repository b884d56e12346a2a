import { Bone } from '../primitives/Skeleton.tsx';
import { useModerationWords } from './use-moderation-words.ts';

const rows = 8;

/** Where a table's rows will be. */
export function TableSkeleton() {
  const words = useModerationWords();
  return (
    <div className="parley-late">
      <p className="parley-unseen" role="status">
        {words.say('mod.loading')}
      </p>
      <ul className="parley-mod-bones-rows" aria-hidden="true">
        {Array.from({ length: rows }, (_none, index) => (
          <li key={index}>
            <Bone className="parley-mod-bone-pic" />
            <span>
              <Bone className="parley-mod-bone-a" />
              <Bone className="parley-mod-bone-b" />
            </span>
            <Bone className="parley-mod-bone-c" />
          </li>
        ))}
      </ul>
    </div>
  );
}
