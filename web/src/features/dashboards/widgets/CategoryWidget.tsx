import { CategoryLegend } from "../../../charts/categories/CategoryLegend";
import { CategoryPlot } from "../../../charts/categories/CategoryPlot";
import type { CategoryChart } from "../../../charts/categories/prepareCategories";
import classes from "./Widget.module.css";

interface Props {
  kind: "pie" | "bars";
  title: string;
  chart: CategoryChart;
}

/** Parts of a whole, or amounts by category. */
export function CategoryWidget({ kind, title, chart }: Props) {
  const label = `${title}, chart. Its menu shows the numbers as a table.`;
  if (kind === "bars") {
    return (
      <div className={classes["whole"]}>
        <CategoryPlot kind="bars" chart={chart} label={label} />
      </div>
    );
  }
  return (
    <div className={classes["pie"]}>
      <div className={classes["round"]}>
        <CategoryPlot kind="pie" chart={chart} label={label} />
      </div>
      <CategoryLegend chart={chart} />
    </div>
  );
}
