import { element } from "./element";
import classes from "./tooltip.module.css";

/** A line of a tooltip: swatch, name, value. */
export function tooltipRow(colour: string | null, label: string, value: string): HTMLElement {
  const swatch = element("span", classes["swatch"]);
  swatch.style.background = colour ?? "transparent";
  return element(
    "div",
    classes["row"],
    swatch,
    element("span", classes["name"], label),
    element("span", classes["value"], value),
  );
}
