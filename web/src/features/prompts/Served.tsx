import type { Prompt } from "../../api/types";
import { PRODUCTION } from "./form/draft";
import classes from "./Served.module.css";

/** Which version each environment is served, production first. */
export function Served({ deployed }: { deployed: Prompt["deployed"] }) {
  const environments = Object.keys(deployed).sort(
    (a, b) => Number(b === PRODUCTION) - Number(a === PRODUCTION) || a.localeCompare(b),
  );
  if (environments.length === 0) return <span className={classes["none"]}>not deployed</span>;
  return (
    <span className={classes["served"]}>
      {environments.slice(0, SHOWN).map((environment) => (
        <span
          key={environment}
          className={classes["chip"]}
          title={`${environment} is served v${deployed[environment]}`}
        >
          <span className={classes["environment"]}>{environment}</span> v{deployed[environment]}
        </span>
      ))}
      {environments.length > SHOWN && (
        <span className={classes["none"]} title={environments.slice(SHOWN).join(", ")}>
          {environments.length - SHOWN} more
        </span>
      )}
    </span>
  );
}

const SHOWN = 4;
