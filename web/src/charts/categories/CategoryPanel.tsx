import type { ReactNode } from "react";
import { Empty } from "../../ui/Empty";
import type { ChartAlert } from "../chartAlert";
import { ChartBox, type BoxProps } from "../ChartBox";
import { csvOf } from "../csv";
import { CategoryLegend } from "./CategoryLegend";
import classes from "./CategoryPanel.module.css";
import { CategoryPlot } from "./CategoryPlot";
import { CategoryTable } from "./CategoryTable";
import type { CategoryChart } from "./prepareCategories";

interface Props extends BoxProps {
  kind: "pie" | "bars";
  chart: CategoryChart | null;
  nothing: string;
  callsHref: string | null;
  /** Of the chart, pixels. */
  height?: number;
  /** The same as an alert rule watches it. */
  asAlert?: ChartAlert | null;
  /** Below the chart. */
  children?: ReactNode;
}

/** A pie with its parts beside it, or bars by category, in a panel. */
export function CategoryPanel({ kind, chart, nothing, callsHref, children, ...box }: Props) {
  const instead =
    chart?.empty === true ? (
      <Empty title={nothing}>Choose a longer range or other filters.</Empty>
    ) : chart !== null && chart.none !== null ? (
      <Empty title={chart.none} />
    ) : null;
  const label = `${box.title}, chart. Its menu shows the numbers as a table.`;
  return (
    <ChartBox
      {...box}
      ready={chart !== null}
      instead={instead}
      callsHref={callsHref}
      csv={() => (chart === null ? "" : categoryCsv(chart))}
      table={chart !== null && <CategoryTable chart={chart} title={box.title} />}
      {...(children === undefined ? {} : { legend: children })}
    >
      {chart !== null &&
        (kind === "bars" ? (
          <CategoryPlot kind={kind} chart={chart} label={label} />
        ) : (
          <div className={classes["pie"]}>
            <CategoryPlot kind={kind} chart={chart} label={label} />
            <CategoryLegend chart={chart} />
          </div>
        ))}
    </ChartBox>
  );
}

/** The numbers as a spreadsheet reads them. */
export function categoryCsv(chart: CategoryChart): string {
  return csvOf(
    ["name", `${chart.label} (${chart.unit})`, "share (percent)"],
    chart.categories.map(({ label, value, share }) => [label, value, share]),
  );
}
