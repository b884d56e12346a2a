import { describe, expect, it } from 'vitest';
import { nextSteps, orderStatuses, statusWord, takeStep, type Order } from '../src/shop/orders.ts';

const paid: Order = {
  id: 'o-1001',
  number: '1001',
  listingId: 'bowl',
  buyerId: 'john',
  status: 'paid',
  total: 4200,
  placedAt: '2026-01-02T03:04:05.000Z',
};

describe('the steps of an order', () => {
  it('leads goods from paid over shipped to delivered', () => {
    const shipped = takeStep(paid, 'shipped', false);
    expect(shipped).toEqual({ ...paid, status: 'shipped' });
    expect(shipped && takeStep(shipped, 'delivered', false)).toEqual({ ...paid, status: 'delivered' });
  });

  it('ships no service', () => {
    expect(takeStep(paid, 'shipped', true)).toBeNull();
    expect(takeStep(paid, 'delivered', true)?.status).toBe('delivered');
    expect(statusWord('delivered', true)).toBe('Done');
  });

  it('cancels before it is shipped, not after', () => {
    expect(takeStep(paid, 'cancelled', false)?.status).toBe('cancelled');
    expect(takeStep({ ...paid, status: 'shipped' }, 'cancelled', false)).toBeNull();
  });

  it('refuses a step that does not exist, and the same status again', () => {
    expect(takeStep(paid, 'eaten', false)).toBeNull();
    expect(takeStep(paid, 'paid', false)).toBeNull();
    expect(takeStep(paid, '', false)).toBeNull();
  });

  it('ends', () => {
    for (const isService of [true, false])
      for (const last of ['cancelled', 'refunded'] as const) expect(nextSteps(last, isService)).toEqual([]);
  });

  it('offers only statuses that it knows', () => {
    const offered = orderStatuses.flatMap((status) => [
      ...nextSteps(status, false),
      ...nextSteps(status, true),
    ]);
    expect(offered.every(({ to }) => orderStatuses.includes(to))).toBe(true);
  });
});
