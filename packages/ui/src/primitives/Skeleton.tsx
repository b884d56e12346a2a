import { classes } from './class-names.ts';

/** A grey bar where something will be; its size comes from the class. Shown after 150 ms at the earliest, when it stands in `parley-late`. */
export function Bone({ className }: { className?: string }) {
  return <span className={classes('parley-bone', className)} />;
}
