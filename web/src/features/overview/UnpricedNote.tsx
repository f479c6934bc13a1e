import { IconCoinOff } from "@tabler/icons-react";
import { Link } from "react-router";
import type { QueryResult, Status } from "../../api/types";
import { format } from "../../format/number";
import { useHref } from "../../state/useHref";
import classes from "./UnpricedNote.module.css";
import { valueOf } from "./valueOf";

interface Props {
  status: Status | undefined;
  totals: QueryResult | undefined;
}

const NAMED = 4;

/** Says which calls the cost leaves out, and how to price them. */
export function UnpricedNote({ status, totals }: Props) {
  const href = useHref();
  const unpriced = valueOf(totals, "unpriced_requests");
  if (totals === undefined || totals.groups.length > 1 || unpriced === null || unpriced === 0) return null;
  const models = status?.unpriced_models ?? [];
  return (
    <div className={classes["note"]}>
      <IconCoinOff size={16} aria-hidden />
      <span>
        {format(valueOf(totals, "priced_share"), "percent")} of calls priced; the cost leaves out{" "}
        {format(unpriced, "count")} {unpriced === 1 ? "call" : "calls"}.
      </span>
      {models.length > 0 && (
        <span className={classes["models"]}>
          Without a price:{" "}
          {models.slice(0, NAMED).map(({ provider, model, calls }) => (
            <Link
              key={`${provider ?? ""} ${model ?? ""}`}
              to={href("/settings/prices", { provider, model })}
              title={`${format(calls, "count")} calls. Add a price`}
            >
              {model ?? provider ?? "unknown model"}
            </Link>
          ))}
          {models.length > NAMED && ` and ${models.length - NAMED} more`}
        </span>
      )}
    </div>
  );
}
