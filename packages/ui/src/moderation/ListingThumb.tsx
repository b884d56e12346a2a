import { classes } from '../primitives/class-names.ts';
import { PanelIcon } from './PanelIcon.tsx';

/** A listing's picture, or a box where there is none. Its title stands beside it. */
export function ListingThumb(props: { listing: { imageUrl: string | null } | null; big?: boolean }) {
  const { listing, big = false } = props;
  const name = classes('parley-mod-thumb', big && 'parley-big');
  if (listing?.imageUrl) return <img className={name} src={listing.imageUrl} alt="" loading="lazy" />;
  return (
    <span className={name}>
      <PanelIcon name="box" />
    </span>
  );
}
