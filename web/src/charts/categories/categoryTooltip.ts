import { formatExact } from "../../format/number";
import { element } from "../element";
import type { Scheme } from "../palette";
import classes from "../tooltip.module.css";
import { tooltipRow } from "../tooltipRow";
import type { CategoryChart } from "./prepareCategories";
import { colourOf } from "./toOption";

/** The exact value of a category, and its share of the whole. */
export function categoryTooltip(chart: CategoryChart, index: number, scheme: Scheme): HTMLElement | string {
  const one = chart.categories[index];
  if (one === undefined) return "";
  const box = element("div", classes["box"], element("div", classes["heading"], one.label));
  box.append(tooltipRow(colourOf(one, scheme), chart.label, formatExact(one.value, chart.unit)));
  if (one.share !== null) box.append(tooltipRow(null, "Share", formatExact(one.share, "percent")));
  return box;
}
