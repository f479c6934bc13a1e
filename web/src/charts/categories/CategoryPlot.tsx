import { useCallback } from "react";
import { useNavigate } from "react-router";
import { Drawing } from "../Drawing";
import { useScheme } from "../useScheme";
import { categoryTooltip } from "./categoryTooltip";
import type { CategoryChart } from "./prepareCategories";
import { toBarsOption, toPieOption } from "./toOption";

interface Props {
  kind: "pie" | "bars";
  chart: CategoryChart;
  label: string;
}

/** A pie or bars by category, drawn; a click opens the calls of a category. */
export function CategoryPlot({ kind, chart, label }: Props) {
  const scheme = useScheme();
  const navigate = useNavigate();
  const draw = useCallback(
    () =>
      (kind === "pie" ? toPieOption : toBarsOption)(chart, scheme, (index) => categoryTooltip(chart, index, scheme)),
    [kind, chart, scheme],
  );
  const open = (index: number) => {
    const href = chart.categories[index]?.href ?? null;
    if (href !== null) void navigate(href);
  };
  return <Drawing draw={draw} label={label} onItem={open} />;
}
