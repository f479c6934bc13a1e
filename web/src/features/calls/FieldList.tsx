import { Link } from "react-router";
import type { Params } from "../../api/client";
import { useHref } from "../../state/useHref";
import classes from "./CallDetail.module.css";

/** A name, a value, and the filter that lists the calls with the same value. */
export type Field = readonly [label: string, value: string | number | null, filter?: Params];

/** Named values; those that are not known are left out. */
export function FieldList({ fields }: { fields: readonly Field[] }) {
  const href = useHref();
  return (
    <dl className={classes["fields"]}>
      {fields.map(([label, value, filter]) =>
        value === null ? null : (
          <div key={label} className={classes["field"]}>
            <dt>{label}</dt>
            <dd>
              {filter === undefined ? (
                value
              ) : (
                <Link to={href("/calls", filter)} title="See the calls with this value">
                  {value}
                </Link>
              )}
            </dd>
          </div>
        ),
      )}
    </dl>
  );
}
