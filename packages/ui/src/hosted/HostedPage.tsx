import type { ReactNode } from 'react';
import { ParleyProvider } from '../hooks/parley-provider.tsx';
import { useConnection } from '../hooks/stores.ts';
import { Button } from '../primitives/Button.tsx';
import { Icon } from '../primitives/Icon.tsx';
import type { IconName } from '../primitives/icon-paths.ts';
import { useWordsOf } from '../words/use-words.tsx';
import { useHostedClient } from './use-hosted-client.ts';
import { hostedWords } from './words.ts';

/** A page of the service's own: it signs in by the browser's session, or says in a friendly way that it cannot. */
export function HostedPage({ children }: { children: ReactNode }) {
  const words = useWordsOf(hostedWords);
  const [state, retry] = useHostedClient();
  switch (state.status) {
    case 'starting':
      return null;
    case 'signed-out':
      return <SignedOut />;
    case 'unreached':
      return (
        <Notice
          icon="offline"
          title={words.say('hosted.unreached')}
          hint={words.say('hosted.unreached-hint')}
        >
          <Button big tone="main" onClick={retry}>
            {words.say('hosted.retry')}
          </Button>
        </Notice>
      );
    case 'ready':
      return (
        <ParleyProvider client={state.client}>
          <UnlessRefused>{children}</UnlessRefused>
        </ParleyProvider>
      );
  }
}

function UnlessRefused({ children }: { children: ReactNode }) {
  const { status } = useConnection();
  return status === 'refused' ? <SignedOut /> : children;
}

function SignedOut() {
  const words = useWordsOf(hostedWords);
  return (
    <Notice icon="mail" title={words.say('hosted.signed-out')} hint={words.say('hosted.signed-out-hint')} />
  );
}

function Notice(props: { icon: IconName; title: string; hint: string; children?: ReactNode }) {
  return (
    <main className="parley parley-hosted parley-hosted-notice">
      <div className="parley-blank">
        <Icon name={props.icon} />
        <h1>{props.title}</h1>
        <p>{props.hint}</p>
        {props.children}
      </div>
    </main>
  );
}
