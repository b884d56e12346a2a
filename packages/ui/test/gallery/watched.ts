import type { Message } from '@parley/protocol';

const watch = <T extends object>(value: T, onLook: () => void): T =>
  new Proxy(value, {
    get: (target, key) => {
      onLook();
      return Reflect.get(target, key);
    },
  });

/**
 * The message, telling whenever somebody looks at it: the list of messages does so to find its days and groups, and each row to
 * show its attachments, so that who does not look does not render.
 */
export const watched = (message: Message, onLook: () => void): Message =>
  watch({ ...message, attachments: watch(message.attachments, onLook) }, onLook);
