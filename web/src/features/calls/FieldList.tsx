import { Link } from "react-router";
import type { Params } from "../../api/client";
import { useHref } from "../../state/useHref";
import classes from "./CallDetail.module.css";

/** A name, a value, and where that leads: a filter that lists the calls with the same value, or an address. */
export type Field = readonly [label: string, value: string | number | null, leads?: Params | string];

/** Named values; those that are not known are left out. */
export function FieldList({ fields }: { fields: readonly Field[] }) {
  const href = useHref();
  return (
    <dl className={classes["fields"]}>
      {fields.map(([label, value, leads]) =>
        value === null ? null : (
          <div key={label} className={classes["field"]}>
            <dt>{label}</dt>
            <dd>
              {leads === undefined ? (
                value
              ) : (
                <Link
                  to={typeof leads === "string" ? leads : href("/calls", leads)}
                  title={typeof leads === "string" ? undefined : "See the calls with this value"}
                >
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
