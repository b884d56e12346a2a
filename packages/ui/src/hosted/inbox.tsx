import { HostedInbox } from './HostedInbox.tsx';
import { mount } from './mount.tsx';

mount(<HostedInbox />);
