import { assignColours } from "../../charts/colours";
import { colourAt } from "../../charts/palette";
import { useScheme } from "../../charts/useScheme";
import { format, NO_DATA } from "../../format/number";
import type { VersionShare } from "./shares";
import classes from "./VersionBar.module.css";

/** Told apart in the bar; the others are one part. */
const NAMED = 4;

/** Which versions answer the requests, as a bar and in words. */
export function VersionBar({ shares }: { shares: readonly VersionShare[] }) {
  const scheme = useScheme();
  const [busiest] = shares;
  if (busiest === undefined) return <span className={classes["words"]}>{NO_DATA}</span>;
  const named = shares.slice(0, NAMED);
  const rest = shares.slice(NAMED).reduce((sum, { share }) => sum + share, 0);
  const colours = assignColours(shares.map(({ name }) => name));
  const all = shares.map(({ name, share }) => `${name} ${format(100 * share, "percent")}`).join(", ");
  return (
    <div className={classes["versions"]} title={all}>
      <div className={classes["bar"]} role="img" aria-label={all}>
        {named.map(({ name, share }) => (
          <span key={name} style={{ flexGrow: share, background: colourAt(colours.get(name) ?? 0, scheme) }} />
        ))}
        {rest > 0 && <span style={{ flexGrow: rest }} className={classes["rest"]} />}
      </div>
      <div className={classes["words"]} aria-hidden>
        {busiest.name} {format(100 * busiest.share, "percent")}
        {shares.length > 1 && `, ${shares.length - 1} more`}
      </div>
    </div>
  );
}
