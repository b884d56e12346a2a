const whole = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR', maximumFractionDigits: 0 });
const exact = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' });

/** Cents of a euro as people write them: `€42`, and `€42.50` where there are cents. */
export function euros(cents: number): string {
  return cents % 100 === 0 ? whole.format(cents / 100) : exact.format(cents / 100);
}

/** The same, always with cents: `€42.00`. */
export function exactEuros(cents: number): string {
  return exact.format(cents / 100);
}
