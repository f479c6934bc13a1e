import { Link } from "react-router";
import { format } from "../../format/number";
import { useScheme } from "../useScheme";
import classes from "./CategoryLegend.module.css";
import type { CategoryChart } from "./prepareCategories";
import { colourOf } from "./toOption";

/** Which colour is which part, how large it is, and where its calls are. */
export function CategoryLegend({ chart }: { chart: CategoryChart }) {
  const scheme = useScheme();
  return (
    <ul className={classes["legend"]}>
      {chart.categories.map((one) => (
        <li key={one.key} className={classes["entry"]}>
          <span className={classes["swatch"]} style={{ background: colourOf(one, scheme) }} aria-hidden />
          <span className={classes["name"]} title={one.label}>
            {one.href === null ? one.label : <Link to={one.href}>{one.label}</Link>}
          </span>
          <span className={classes["value"]}>{format(one.value, chart.unit)}</span>
          <span className={classes["share"]}>{one.share !== null && format(one.share, "percent")}</span>
        </li>
      ))}
      {chart.total > chart.shown && (
        <li className={classes["more"]}>
          {chart.shown} of {chart.total}, the largest
        </li>
      )}
    </ul>
  );
}
