import type { ReactNode } from 'react';
import { ContactButton } from '../contact/ContactButton.tsx';
import type { Configured } from './configuration.ts';
import { jsonAttribute } from './json-attribute.ts';
import { ParleyElement } from './parley-element.tsx';

/**
 * `<parley-contact listing-id="bowl">`: the button “Contact seller” and its dialog. `label` is what stands on it, `questions` a JSON array
 * of starting questions, `conversation-url` the page of a conversation, with `{conversationId}` in it.
 */
export class ContactElement extends ParleyElement {
  static override get observedAttributes(): string[] {
    return [...super.observedAttributes, 'listing-id', 'label', 'questions', 'conversation-url'];
  }

  protected view({ conversationUrl }: Configured): ReactNode {
    const listingId = this.getAttribute('listing-id');
    if (listingId === null || listingId === '') return null;
    const template = this.getAttribute('conversation-url') ?? conversationUrl;
    const questions = jsonAttribute(this, 'questions');
    const texts = Array.isArray(questions) ? questions.filter((each) => typeof each === 'string') : null;
    return (
      <ContactButton
        key={listingId}
        listingId={listingId}
        conversationHref={(id) => template.replaceAll('{conversationId}', encodeURIComponent(id))}
        {...(texts && { questions: texts })}
        onOpen={() => this.tell('opened', { listingId })}
        onSent={({ conversation, message }) =>
          this.tell('sent', { listingId, conversationId: conversation.id, message })
        }
      >
        {this.getAttribute('label')}
      </ContactButton>
    );
  }
}
