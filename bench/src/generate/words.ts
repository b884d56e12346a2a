/** Names as a marketplace of crafts has them, the commonest first: they are picked by a skewed distribution. */
export const firstNames =
  'Anna Maria John Olive Peter Lena James Sofia Max Emma Paul Clara David Nina Thomas Julia Michael Laura Ben Sarah Lukas Ines Jonas Zoë José Chloé Jürgen Søren Mónica Renée Björn Łukasz Noël Amélie Tomás Inês Katrin Ahmed Yuki Mei Priya Omar Fatima Ivan Olga Pavel Mateo Luca Giulia Marco Elena Niko Aylin Emre Hana Jiří Zsófia Dávid Linh Kwame Amara Thandi Rosa Diego Carmen Pilar Hugo Léa Théo Manon'.split(
    ' ',
  );

export const lastNames =
  'Miller Smith Fischer Jones Weber García Martin Rossi Novak Brown Schneider Taylor Silva Müller Wilson Bauer Santos Koch Moore Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Werner Krause Lehmann Köhler Maier Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht Schuster Simon Ludwig Böhm Winter Kraus Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß Seidel Heinrich Brandt Haas Schreiber Graf Schulte Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch Bergmann Sauer Arnold Pfeiffer'.split(
    ' ',
  );

export const adjectives =
  'Handmade Small Blue Large White Vintage Old Green Wooden Speckled Oak Glazed Brass Linen Rare Antique Grey Rustic Engraved Painted Woven Leather Silver Porcelain Terracotta Matte Walnut Copper Enamelled Ash Crackled Fluted Braided Quilted Gilded'.split(
    ' ',
  );

export const things =
  'bowl lamp vase chair camera plate table lens cup poster teapot blanket clock mirror shelf basket ring jug candle stool necklace radio platter frame cushion kettle bench tray scarf brooch drawer decanter loom tripod easel lantern goblet urn'.split(
    ' ',
  );

/** Words of messages, the commonest first. */
export const commonWords =
  'the you it is to and a for I of in can with that this be still have on do not we will send would thanks hello available price ship please if glaze today tomorrow could was there so but your my one are at from just colour when how much box week order pay see them post picture size next like as or get what good very great know which two any other pick up again paid address parcel arrived tracking number broken chip edge handle lid kiln clay matte shiny heavy light wrapped carefully insurance courier weekend morning evening Monday Friday maybe discount bundle pair set deal offer lower reserve hold refund return sorry late delay customs invoice receipt gift card engraved name date measure deep wide tall cm grams weight wood oil brass polish scratch crack repair glue original signed stamp maker year attic grandmother moved smoke pets free window garden kitchen shelf'.split(
    ' ',
  );

export const phrases = [
  'Hello, is the # still available?',
  'Would you ship the # abroad?',
  'Thanks, the # arrived safely and it is beautiful.',
  'Could you send another picture of the # please?',
  'What is the lowest price for the #?',
  'I have posted the # this morning, the tracking number follows.',
  'Yes, it is still there.',
  'Can I pick up the # on Saturday?',
  'How wide is the # at the top?',
  'Great, thank you!',
  'The # has a small chip at the edge, see the second picture.',
  'I could do ten less if you take two.',
  'When will the # be sent?',
  'Sorry for the late answer. Yes, that works.',
];

/** Syllables of the many words that each occur rarely. */
export const syllables =
  'ba ko ri ne tal mo su vi len dra pho qua sti mer ul za fen gor hu jin wex pla tor cel'.split(' ');

/** Words that are made to be sought, with how often they occur in big data. */
export const sought = {
  /** About every twelfth text. */
  commonText: 'glaze',
  /** One text of 50,000, the first early; some sixty in small data. */
  rareText: 'celadon',
  absent: 'xylophagous',
  commonName: 'Anna',
  /** One buyer of 20,000; some twenty in small data. */
  rareName: 'Quillfeather',
  commonTitle: 'bowl',
  /** One listing, the big store's least popular. */
  rareTitle: 'ocarina',
  twoLetters: 'jo',
  twoLettersAbsent: 'qx',
} as const;
