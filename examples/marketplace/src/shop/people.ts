/** Somebody with an account at the shop. Parley knows them under the same ids. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role?: 'owner';
}

/** A seller: one or more people who answer together. */
export interface Store {
  readonly id: string;
  readonly name: string;
  readonly members: readonly string[];
  readonly place: string;
}

/** Everybody who has an account. The addresses are the demo's own: mail to them goes to its mailbox alone. */
export const people: readonly Person[] = [
  { id: 'john', name: 'John Doyle', email: 'john@buyers.example' },
  { id: 'sarah', name: 'Sarah Lindqvist', email: 'sarah@clayandco.example' },
  { id: 'olivia', name: 'Olivia Brandt', email: 'olivia@kilnandlens.example', role: 'owner' },
  { id: 'marta', name: 'Marta Reis', email: 'marta@clayandco.example' },
  { id: 'tom', name: 'Tom Whitfield', email: 'tom@northlight.example' },
  { id: 'ines', name: 'Ines Carvalho', email: 'ines@lessons.example' },
  { id: 'jonas', name: 'Jonas Halden', email: 'jonas@halden.example' },
  { id: 'rui', name: 'Rui Teixeira', email: 'rui@filmlab.example' },
  { id: 'amara', name: 'Amara Okafor', email: 'amara@buyers.example' },
  { id: 'kenji', name: 'Kenji Watanabe', email: 'kenji@buyers.example' },
  { id: 'lea', name: 'Léa Fontaine', email: 'lea@buyers.example' },
  { id: 'mateus', name: 'Mateus Albuquerque', email: 'mateus@buyers.example' },
];

export const stores: readonly Store[] = [
  { id: 'clay', name: 'Clay & Co', members: ['sarah', 'marta'], place: 'Lisbon' },
  { id: 'northlight', name: 'Northlight Cameras', members: ['tom'], place: 'Leeds' },
  { id: 'ines', name: 'Ines Carvalho', members: ['ines'], place: 'Porto' },
  { id: 'halden', name: 'Studio Halden', members: ['jonas'], place: 'Oslo' },
  { id: 'filmlab', name: 'Filmlab Porto', members: ['rui'], place: 'Porto' },
];

/** @throws {Error} when there is no such store; ids come from the catalogue, never from a visitor. */
export function storeOf(storeId: string): Store {
  const store = stores.find(({ id }) => id === storeId);
  if (!store) throw new Error(`There is no store ${storeId}`);
  return store;
}

/** A person's name, or their id where the shop has lost it. */
export function nameOf(personId: string): string {
  return people.find(({ id }) => id === personId)?.name ?? personId;
}

export function isMember(personId: string, storeId: string): boolean {
  return storeOf(storeId).members.includes(personId);
}
