/** An element for a tooltip: what people named is text there, never HTML. */
export function element<Tag extends "div" | "span">(
  tag: Tag,
  className: string | undefined,
  ...children: (string | Node)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  made.className = className ?? "";
  made.append(...children);
  return made;
}
