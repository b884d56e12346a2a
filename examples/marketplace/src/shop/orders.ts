/** What can be true of an order at Kiln & Lens. */
export const orderStatuses = ['paid', 'shipped', 'delivered', 'cancelled', 'refunded'] as const;

export type OrderStatus = (typeof orderStatuses)[number];

/** Somebody bought something. */
export interface Order {
  readonly id: string;
  /** What people call it. */
  readonly number: string;
  readonly listingId: string;
  readonly buyerId: string;
  readonly status: OrderStatus;
  /** In cents of a euro. */
  readonly total: number;
  readonly placedAt: string;
}

/** What the seller may do next, with the words on the button. A service has nothing to ship. */
export interface Step {
  readonly to: OrderStatus;
  readonly label: string;
}

const cancel: Step = { to: 'cancelled', label: 'Cancel' };
const refund: Step = { to: 'refunded', label: 'Refund' };
const delivered: Step = { to: 'delivered', label: 'Mark as delivered' };

const goods: Readonly<Record<OrderStatus, readonly Step[]>> = {
  paid: [{ to: 'shipped', label: 'Mark as shipped' }, cancel],
  shipped: [delivered],
  delivered: [refund],
  cancelled: [],
  refunded: [],
};

const services: Readonly<Record<OrderStatus, readonly Step[]>> = {
  ...goods,
  paid: [{ to: 'delivered', label: 'Mark as done' }, cancel],
};

/** The seller's next steps for an order, the usual one first. */
export function nextSteps(status: OrderStatus, isService: boolean): readonly Step[] {
  return (isService ? services : goods)[status];
}

/** The order after a step, or null when that step is not possible from where it is. */
export function takeStep(order: Order, to: string, isService: boolean): Order | null {
  const step = nextSteps(order.status, isService).find((each) => each.to === to);
  return step ? { ...order, status: step.to } : null;
}

/** The shop's word for a status. */
export function statusWord(status: OrderStatus, isService: boolean): string {
  if (isService && status === 'delivered') return 'Done';
  return status.charAt(0).toUpperCase() + status.slice(1);
}
