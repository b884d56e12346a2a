/** An attribute's value as JSON; undefined where there is none, or it is no JSON, which the console then says. */
export function jsonAttribute(element: Element, name: string): unknown {
  const text = element.getAttribute(name);
  if (text === null) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    console.warn(`<${element.localName}>: the attribute ${name} is not JSON`, element);
    return undefined;
  }
}
