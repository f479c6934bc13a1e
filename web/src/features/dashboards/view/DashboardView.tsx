import { Button } from "@mantine/core";
import { IconCopy, IconPencil, IconShare } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import type { Dashboard } from "../../../api/dashboards";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { BackLink } from "../../../ui/BackLink";
import { Empty } from "../../../ui/Empty";
import { dashboardPath } from "../dashboardPath";
import { ShareDialog } from "../share/ShareDialog";
import classes from "./View.module.css";
import { ProjectScene } from "./ProjectScene";
import { WidgetGrid } from "./WidgetGrid";

/** A dashboard to look at. */
export function DashboardView({ dashboard }: { dashboard: Dashboard }) {
  const { role } = useProject();
  const href = useHref();
  const [sharing, setSharing] = useState(false);
  const { id, name, description, ready_made: readyMade, widgets } = dashboard;
  const edit = readyMade ? href("/dashboards/new", { from: id }) : href(`${dashboardPath(id)}/edit`);
  const mayEdit = role !== "viewer";
  return (
    <ProjectScene opensWith={dashboard.range}>
      <div className={classes["head"]}>
        <div className={classes["back"]}>
          <BackLink to={href("/dashboards")}>Dashboards</BackLink>
        </div>
        <h1 className={classes["name"]}>{name}</h1>
        {mayEdit && (
          <div className={classes["actions"]}>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconShare size={15} aria-hidden />}
              onClick={() => setSharing(true)}
            >
              Share
            </Button>
            <Button
              component={Link}
              to={edit}
              size="xs"
              leftSection={readyMade ? <IconCopy size={15} aria-hidden /> : <IconPencil size={15} aria-hidden />}
            >
              {readyMade ? "Edit a copy" : "Edit"}
            </Button>
          </div>
        )}
        {description !== "" && <p className={classes["description"]}>{description}</p>}
      </div>
      {widgets.length === 0 ? (
        <Empty title="Nothing is on this dashboard yet">
          {mayEdit ? (
            <Button component={Link} to={edit} size="xs" mt="sm">
              Add widgets
            </Button>
          ) : (
            "Editors put widgets here."
          )}
        </Empty>
      ) : (
        <WidgetGrid widgets={widgets} />
      )}
      {sharing && <ShareDialog dashboard={dashboard} onClose={() => setSharing(false)} />}
    </ProjectScene>
  );
}
