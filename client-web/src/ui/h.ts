type Attribute = string | number | boolean | undefined;
type Listeners = { [E in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[E]) => void };

export interface Props {
  readonly on?: Listeners;
  readonly [attribute: string]: Attribute | Listeners;
}

export type Child = Node | string | undefined;

/** Makes an element. A `true` attribute is present without value, `false` and `undefined` are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  const { on, ...attributes } = props;
  for (const [name, value] of Object.entries(attributes)) set(element, name, value as Attribute);
  for (const [type, listener] of Object.entries(on ?? {}))
    element.addEventListener(type, listener as EventListener);
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** Sets or removes an attribute, touching the document only when something changes. */
export function set(element: Element, name: string, value: Attribute): void {
  const wanted = value === true ? "" : value === false || value === undefined ? null : String(value);
  if (element.getAttribute(name) === wanted) return;
  if (wanted === null) element.removeAttribute(name);
  else element.setAttribute(name, wanted);
}

/** Replaces an element's text, touching the document only when it changes. */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A status that is there only while it says something. */
export function say(element: HTMLElement, text: string): void {
  element.hidden = text === "";
  write(element, text);
}
