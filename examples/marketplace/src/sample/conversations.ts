/** One thing that happened in a sample conversation. */
export type Event =
  | { readonly by: string; readonly says: string }
  /** The buyer bought the listing, so many days ago. */
  | { readonly bought: number }
  | { readonly by: string; readonly marks: 'shipped' | 'delivered' };

/** A conversation that is there when the demo starts for the first time. */
export interface SampleConversation {
  readonly buyer: string;
  readonly listing: string;
  readonly events: readonly Event[];
  /** Who has not read the end of it. */
  readonly unreadBy?: readonly string[];
}

/** Oldest first. John has not asked about the bowl: that is for the visitor to do. */
export const sampleConversations: readonly SampleConversation[] = [
  {
    buyer: 'kenji',
    listing: 'plates',
    events: [
      { by: 'kenji', says: 'Hello! Would six of these be possible, from one batch?' },
      {
        by: 'marta',
        says: 'Hi Kenji, we have five left from this batch. Six would mean waiting for the next firing.',
      },
      { by: 'kenji', says: 'Four are fine then. We are four at the table most of the time anyway.' },
      { bought: 12 },
      { by: 'sarah', says: 'Thank you! They leave on Monday, wrapped one by one.' },
      { by: 'sarah', marks: 'shipped' },
      { by: 'sarah', marks: 'delivered' },
      {
        by: 'kenji',
        says: 'All four arrived whole. They are even nicer than in the pictures. Thank you both!',
      },
    ],
  },
  {
    buyer: 'john',
    listing: 'film',
    events: [
      { by: 'john', says: 'Do you develop it too, or only sell it?' },
      { by: 'rui', says: 'Both. Send the rolls back in the same box; developing and scans are €9 a roll.' },
      { by: 'john', says: 'Perfect, I will.' },
    ],
  },
  {
    buyer: 'amara',
    listing: 'portrait',
    events: [
      { by: 'amara', says: 'Do you photograph families? We would be five, the youngest is two.' },
      {
        by: 'jonas',
        says: 'Gladly. With small children I suggest the morning, and your place rather than the studio.',
      },
      { bought: 6 },
      { by: 'amara', says: 'Booked! Would the 14th at 10 work for you?' },
      { by: 'jonas', says: 'The 14th at 10 it is. Wear what you like; only stripes are difficult.' },
    ],
  },
  {
    buyer: 'kenji',
    listing: 'rangefinder',
    events: [
      { by: 'kenji', says: 'Does the light meter work?' },
      { by: 'tom', says: 'It does, and agrees with our lab meter within a third of a stop.' },
    ],
  },
  {
    buyer: 'mateus',
    listing: 'throwing-class',
    events: [
      { by: 'mateus', says: 'Olá! Is there a place this weekend? I have never touched clay.' },
      {
        by: 'marta',
        says: 'Olá Mateus! One place on Saturday at 15:00. Most people in that group are beginners.',
      },
      { bought: 3 },
      { by: 'mateus', says: 'Got it. Anything I should bring?' },
      { by: 'sarah', says: 'Short nails and old shoes. Aprons are here, and so is the coffee.' },
    ],
  },
  {
    buyer: 'john',
    listing: 'mug',
    events: [
      { by: 'john', says: 'Hi! Can they go in the microwave?' },
      {
        by: 'sarah',
        says: 'They can. Everything of ours with a glaze inside is fine in the microwave and the dishwasher.',
      },
      { bought: 9 },
      { by: 'sarah', marks: 'shipped' },
      { by: 'sarah', marks: 'delivered' },
      { by: 'john', says: 'They are here and already in use. The handle fits my hand exactly.' },
      { by: 'sarah', says: 'That makes my day, thank you!' },
    ],
  },
  {
    buyer: 'lea',
    listing: 'fifty-mugs',
    unreadBy: ['sarah'],
    events: [
      {
        by: 'lea',
        says: 'Bonjour! We open a café in Lyon in the spring and would love fifty of these. How would our logo look on the foot?',
      },
      {
        by: 'sarah',
        says: 'Bonjour Léa, congratulations! It is pressed into the clay, about 2 cm wide. Fine lines get lost, bold ones look great.',
      },
      {
        by: 'lea',
        says: 'Ours is a fox in one line, so that should work. Could we settle it by bank transfer, without the shop?',
      },
      {
        by: 'sarah',
        says: 'Please order here, as then both of us are covered if something breaks on the way.',
      },
      { by: 'lea', says: 'Understood, that is fair. What about the glaze: could half of them be green?' },
    ],
  },
  {
    buyer: 'amara',
    listing: 'teapot',
    unreadBy: ['sarah'],
    events: [{ by: 'amara', says: 'Does it come with a strainer? I only drink loose leaf.' }],
  },
  {
    buyer: 'john',
    listing: 'piano',
    unreadBy: ['john'],
    events: [
      { by: 'john', says: 'Do you teach complete beginners? I am 41 and can read no notes.' },
      { by: 'ines', says: 'My oldest beginner was 73 when we began, and she plays Satie now.' },
      { by: 'ines', says: 'I have a free hour on Thursdays at 18:30. Would you like to try one?' },
    ],
  },
  {
    buyer: 'john',
    listing: 'lens',
    unreadBy: ['john'],
    events: [
      { by: 'john', says: 'Is there any fungus or haze?' },
      {
        by: 'tom',
        says: 'None. I had it apart last week, the glass is clean. I can send you a picture with a light behind it.',
      },
      { by: 'john', says: 'No need, I trust you.' },
      { bought: 2 },
      { by: 'tom', marks: 'shipped' },
      { by: 'tom', says: 'It is on its way to you, with an M42 adapter as a present.' },
    ],
  },
];
