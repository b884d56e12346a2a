import { Bone } from '../primitives/Skeleton.tsx';

/** Rows to come; seen after 150 ms at the earliest. */
export function ListSkeleton() {
  return (
    <div className="parley-rows parley-late" aria-hidden="true">
      {['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((row) => (
        <div key={row} className="parley-row parley-row-bones">
          <Bone />
          <Bone />
          <Bone />
          <Bone />
        </div>
      ))}
    </div>
  );
}
