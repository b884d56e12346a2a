/** The shop's categories, by the word that stands in their address. */
export const categories = {
  ceramics: 'Ceramics',
  cameras: 'Cameras',
  lessons: 'Classes and lessons',
  'made-to-order': 'Made to order',
} as const;

export type Category = keyof typeof categories;

export function isCategory(word: string): word is Category {
  return Object.hasOwn(categories, word);
}

/** Something that a store offers, as its page shows it. */
export interface Listing {
  readonly id: string;
  readonly storeId: string;
  readonly title: string;
  readonly category: Category;
  /** Whether it is a service: nothing is shipped. */
  readonly service?: true;
  readonly tag?: string;
  /** In cents of a euro. */
  readonly price: number;
  readonly priceFrom?: true;
  readonly priceFor?: string;
  /** The drawing in `public/art`, without its ending, and what is to be seen on it. */
  readonly picture: string;
  readonly alt: string;
  readonly text: readonly string[];
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** What buyers like to ask first. */
  readonly questions: readonly string[];
}

export const listings: readonly Listing[] = [
  {
    id: 'bowl',
    storeId: 'clay',
    title: 'Pottery Bowl',
    category: 'ceramics',
    price: 4200,
    picture: 'bowl',
    alt: 'A teal glazed bowl with a speckled cream inside',
    text: [
      'A bowl for every day: deep enough for soup, wide enough for salad. Thrown by Sarah in one piece, glazed twice, and fired at 1,240 °C.',
      'Each one comes out a little different. Yours will have its own freckles.',
    ],
    facts: [
      ['Size', '19 cm across, 9 cm high'],
      ['Material', 'Stoneware, food-safe glaze'],
      ['Delivery', '2 to 4 days, €5.90, free over €80'],
    ],
    questions: ['Is it dishwasher safe?', 'When would it arrive?', 'Could you make it in another colour?'],
  },
  {
    id: 'lens',
    storeId: 'northlight',
    title: '50 mm f/1.8 lens',
    category: 'cameras',
    tag: 'Used',
    price: 18000,
    picture: 'lens',
    alt: 'A 50 mm camera lens',
    text: [
      'The lens that most people should buy second. Sharp from f/2.8, light, and quiet enough for a concert.',
      'Serviced in our workshop: clean glass, smooth ring, new rear cap.',
    ],
    facts: [
      ['Condition', 'Very good, light marks on the barrel'],
      ['Mount', 'M42, adapters on request'],
      ['Guarantee', '12 months, from us'],
    ],
    questions: [
      'Is there any fungus or haze?',
      'Which cameras does it fit?',
      'Can I return it if it does not suit me?',
    ],
  },
  {
    id: 'piano',
    storeId: 'ines',
    title: 'Piano lesson',
    category: 'lessons',
    service: true,
    tag: 'Service',
    price: 4500,
    priceFor: 'an hour',
    picture: 'piano',
    alt: 'Piano keys and sheet music',
    text: [
      'Lessons for grown-ups who always wanted to, and for children who already do. At my place near the river, or online.',
      'We begin with a piece that you like, not with scales. The scales come by themselves.',
    ],
    facts: [
      ['Length', '60 minutes'],
      ['Where', 'Ribeira, Porto, or by video'],
      ['Languages', 'Portuguese, English, Spanish'],
    ],
    questions: [
      'Do you teach complete beginners?',
      'Are you free on Saturday mornings?',
      'Do I need a piano at home?',
    ],
  },
  {
    id: 'mug',
    storeId: 'clay',
    title: 'Stoneware mug, set of two',
    category: 'ceramics',
    price: 3600,
    picture: 'mug',
    alt: 'Two stoneware mugs',
    text: [
      'Two mugs with a handle for three fingers and a foot that keeps the table cool. They stack, barely.',
    ],
    facts: [
      ['Holds', '320 ml each'],
      ['Material', 'Stoneware, food-safe glaze'],
      ['Delivery', '2 to 4 days, €5.90, free over €80'],
    ],
    questions: ['Can they go in the microwave?', 'Do you sell a single one?', 'When would they arrive?'],
  },
  {
    id: 'rangefinder',
    storeId: 'northlight',
    title: '35 mm rangefinder, 1974',
    category: 'cameras',
    tag: 'Used',
    price: 24000,
    picture: 'camera',
    alt: 'A 35 mm film camera',
    text: [
      'A quiet companion with a bright finder and a 40 mm lens. The meter works with a modern battery, and agrees with ours.',
      'New light seals, shutter speeds measured: the sheet is in the box.',
    ],
    facts: [
      ['Condition', 'Good, brassing at the corners'],
      ['Lens', '40 mm f/1.7, fixed'],
      ['Guarantee', '12 months, from us'],
    ],
    questions: ['Does the light meter work?', 'Which battery does it take?', 'Is the case included?'],
  },
  {
    id: 'throwing-class',
    storeId: 'clay',
    title: 'Throwing class for beginners',
    category: 'lessons',
    service: true,
    tag: 'Service',
    price: 6500,
    priceFor: 'a person',
    picture: 'wheel',
    alt: 'Clay being shaped on a potter’s wheel',
    text: [
      'Three hours at the wheel in a group of six. You will make two pieces; we glaze and fire them, and you collect them three weeks later.',
    ],
    facts: [
      ['Length', '3 hours'],
      ['Where', 'Our studio in Alfama, Lisbon'],
      ['Group', 'At most six people'],
    ],
    questions: ['Is there a place this weekend?', 'What should I wear?', 'Can you send the pieces to me?'],
  },
  {
    id: 'plates',
    storeId: 'clay',
    title: 'Dinner plates, set of four',
    category: 'ceramics',
    price: 9600,
    picture: 'plates',
    alt: 'A stack of dinner plates',
    text: [
      'Flat enough for a knife, raised enough for sauce. Four plates from one batch, so that they belong together.',
    ],
    facts: [
      ['Size', '27 cm across'],
      ['Material', 'Stoneware, food-safe glaze'],
      ['Delivery', 'Free'],
    ],
    questions: ['Do you have six of them?', 'Are they oven proof?', 'What happens if one arrives broken?'],
  },
  {
    id: 'fifty-mugs',
    storeId: 'clay',
    title: '50 stoneware mugs',
    category: 'made-to-order',
    tag: 'Made to order',
    price: 69000,
    priceFrom: true,
    picture: 'mugs',
    alt: 'Shelves of stoneware mugs',
    text: [
      'For cafés, offices and weddings: fifty mugs in your colour, with your stamp on the foot. We send one to look at before we make the rest.',
    ],
    facts: [
      ['Time', '5 to 7 weeks'],
      ['Colours', 'Any of our 14 glazes'],
      ['Stamp', 'From a drawing that you send'],
    ],
    questions: [
      'Could you make 30 instead?',
      'How would our logo look?',
      'Can we have them by the end of next month?',
    ],
  },
  {
    id: 'vase',
    storeId: 'clay',
    title: 'Tall terracotta vase',
    category: 'ceramics',
    price: 8800,
    picture: 'vase',
    alt: 'A tall vase with dried stems',
    text: ['For three long stems, or none. Unglazed outside, glazed inside, and watertight.'],
    facts: [
      ['Size', '42 cm high'],
      ['Material', 'Terracotta, glazed inside'],
      ['Delivery', 'Free'],
    ],
    questions: ['Is it really watertight?', 'Can it stand outside?', 'When would it arrive?'],
  },
  {
    id: 'portrait',
    storeId: 'halden',
    title: 'Portrait session',
    category: 'lessons',
    service: true,
    tag: 'Service',
    price: 22000,
    priceFor: 'for two hours',
    picture: 'portrait',
    alt: 'A studio light and a stool',
    text: [
      'Two hours in daylight, alone or with the people you love. You get every good frame, developed, not retouched into somebody else.',
    ],
    facts: [
      ['Length', '2 hours'],
      ['Where', 'Our studio in Grünerløkka, or your place'],
      ['Result', 'About 40 pictures within a week'],
    ],
    questions: ['Do you photograph families?', 'What if it rains?', 'May I use the pictures for work?'],
  },
  {
    id: 'film',
    storeId: 'filmlab',
    title: 'Colour film, five rolls',
    category: 'cameras',
    price: 5200,
    picture: 'film',
    alt: 'Three rolls of film',
    text: [
      'Five rolls of ISO 400 colour negative, 36 frames each. Kept cold, sent with the coolest van that we could find.',
    ],
    facts: [
      ['Speed', 'ISO 400'],
      ['Best before', 'Two years from now'],
      ['Delivery', '2 days, €3.50'],
    ],
    questions: ['Do you develop it too?', 'Is it good for indoors?', 'Do you have it in 120?'],
  },
  {
    id: 'teapot',
    storeId: 'clay',
    title: 'Blue teapot',
    category: 'ceramics',
    price: 7400,
    picture: 'teapot',
    alt: 'A round blue teapot',
    text: ['Four cups, no drips. The spout was the fourth we tried; the other three are plant pots now.'],
    facts: [
      ['Holds', '900 ml'],
      ['Material', 'Stoneware, cane handle'],
      ['Delivery', '2 to 4 days, €5.90, free over €80'],
    ],
    questions: ['Does it come with a strainer?', 'Is the handle replaceable?', 'When would it arrive?'],
  },
];

/** A listing by the id in its address, or undefined. */
export function findListing(id: string): Listing | undefined {
  return listings.find((listing) => listing.id === id);
}
