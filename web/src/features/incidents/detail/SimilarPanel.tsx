import { Link } from "react-router";
import type { Dossier } from "../../../api/incidents";
import { formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { Panel } from "../../../ui/Panel";
import cells from "../../../ui/cells.module.css";
import classes from "../Incidents.module.css";

/** Earlier incidents that were about the same. */
export function SimilarPanel({ similar }: { similar: Dossier["similar"] }) {
  const { time_zone: zone } = useProject();
  const href = useHref();
  if (similar.length === 0) return null;
  return (
    <Panel title="Similar incidents">
      <ul className={classes["summary"]}>
        {similar.map((one) => (
          <li key={one.id}>
            <Link to={href(`/incidents/${one.id}`)}>{one.title}</Link>, {formatTime(one.opened_at, "date", zone)}
            {one.cause !== null && <div className={cells["under"]}>{one.cause}</div>}
            {one.has_post_mortem && <div className={cells["under"]}>has a post-mortem</div>}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
