import { HostedModeration } from './HostedModeration.tsx';
import { mount } from './mount.tsx';

mount(<HostedModeration />);
