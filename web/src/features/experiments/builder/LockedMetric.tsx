import { IconLock } from "@tabler/icons-react";
import { useCatalogue } from "../../../api/useCatalogue";
import { format } from "../../../format/number";
import { ROLE_WORD } from "../words";
import classes from "./Builder.module.css";
import type { MetricValues } from "./values";

/** A metric that is fixed since the start. */
export function LockedMetric({ metric }: { metric: MetricValues }) {
  const { data: catalogue } = useCatalogue();
  const { kind, name, role, per, better, min_effect: effect, max_harm: harm } = metric;
  const label = kind === "metric" ? (catalogue?.get(name)?.label ?? name) : name;
  const facts = [
    ROLE_WORD[role].toLowerCase(),
    ...(kind === "outcome" ? ["outcome"] : []),
    ...(per === "unit" ? ["sum of each unit"] : []),
    better === "down" ? "less is better" : "more is better",
    ...(effect === "" ? [] : [`worth having from ${format(effect, "percent")}`]),
    ...(harm === "" ? [] : [`may get ${format(harm, "percent")} worse`]),
  ];
  return (
    <p className={classes["lockedMetric"]}>
      <IconLock size={13} aria-label="fixed:" /> <strong>{label}</strong>
      <span className={classes["hint"]}>{facts.join(", ")}</span>
    </p>
  );
}
