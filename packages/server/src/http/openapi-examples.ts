import type { RouteName } from '@parley/protocol';
import type { Json } from './openapi-schemas.ts';

/** Bodies to begin with: a pottery shop and its buyer. */
export const bodyExamples: Partial<Record<RouteName, Json>> = {
  putUser: { name: 'John D.', email: 'john@example.com', locale: 'en', timeZone: 'Europe/Lisbon' },
  putStore: { name: 'Clay & Co', imageUrl: 'https://shop.example/clay.jpg', members: ['sarah'] },
  putListing: {
    storeId: 'clay',
    title: 'Pottery Bowl',
    url: 'https://shop.example/listings/bowl',
    imageUrl: 'https://shop.example/bowl.jpg',
    price: { amount: 4200, currency: 'EUR' },
  },
  putOrder: {
    listingId: 'bowl',
    buyerId: 'john',
    number: '1001',
    status: 'paid',
    total: { amount: 4200, currency: 'EUR' },
    placedAt: '2026-01-31T12:00:00.000Z',
  },
  createToken: { userId: 'john', expiresIn: 3600 },
  openConversation: { listingId: 'bowl', text: 'Is the bowl dishwasher safe?', clientId: 'c-1' },
  sendMessage: { text: 'Yes, completely microwave and dishwasher safe!', clientId: 'c-2' },
  editMessage: { text: 'Yes, completely dishwasher safe!' },
  markRead: { seq: 12 },
  updateSeat: { muted: true },
  sync: { conversations: { '0199c1f2-5a00-7000-8000-000000000001': 11 } },
  reportConversation: {
    conversationId: '0199c1f2-5a00-7000-8000-000000000001',
    seq: 12,
    reason: 'off-platform',
  },
  updateMe: { timeZone: 'Europe/Lisbon', notifications: { email: true } },
};
