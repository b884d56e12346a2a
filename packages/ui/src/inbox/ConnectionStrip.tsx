import { useEffect, useState } from 'react';
import { useConnection } from '../hooks/stores.ts';
import { Icon } from '../primitives/Icon.tsx';
import { useWords } from '../words/use-words.tsx';

/** Milliseconds that a lost connection may take to come back before anybody is told. */
const patience = 1000;

/** Says once, in one line, that there is no connection. */
export function ConnectionStrip() {
  const words = useWords();
  const { status } = useConnection();
  const down = status === 'offline' || status === 'refused';
  const [told, setTold] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setTold(down), down ? patience : 0);
    return () => clearTimeout(timer);
  }, [down]);
  const shown = down && told;
  return (
    <p className={shown ? 'parley-strip' : 'parley-unseen'} role="status">
      {shown && (
        <>
          <Icon name="offline" small />
          {words.say(status === 'refused' ? 'connection.refused' : 'connection.offline')}
        </>
      )}
    </p>
  );
}
