import { ActionIcon, Menu } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCopy, IconDots, IconFileExport, IconPencil, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useApi } from "../../../api/ApiContext";
import type { DashboardFile, DashboardSummary } from "../../../api/dashboards";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { downloadText } from "../../../ui/download";
import { dashboardPath } from "../dashboardPath";
import { fileName } from "../file";
import { useDashboardWrite } from "../useDashboardWrite";
import { DeleteDialog } from "./DeleteDialog";

/** What can be done with a dashboard of the list. */
export function DashboardMenu({ dashboard }: { dashboard: DashboardSummary }) {
  const api = useApi();
  const href = useHref();
  const navigate = useNavigate();
  const { id: project, role } = useProject();
  const write = useDashboardWrite();
  const [deleting, setDeleting] = useState(false);
  const { id, name, ready_made: readyMade } = dashboard;
  const path = `/${encodeURIComponent(id)}`;
  const failed = (did: string) => (error: Error) =>
    notifications.show({ color: "red", message: `${name} could not be ${did}: ${error.message}` });
  const duplicate = () =>
    write.mutate(
      { path: `${path}/duplicate`, method: "POST" },
      {
        onSuccess: (copy) => {
          notifications.show({ message: `${name} duplicated` });
          if (copy != null) void navigate(href(dashboardPath(copy.id)));
        },
        onError: failed("duplicated"),
      },
    );
  const download = async () => {
    try {
      const { data } = await api<DashboardFile>(`/dashboards${path}/export`, { params: { project } });
      downloadText(`${fileName(name)}.json`, "application/json", `${JSON.stringify(data, null, 2)}\n`);
    } catch (error) {
      failed("exported")(error as Error);
    }
  };
  const icon = { size: 16, "aria-hidden": true };
  return (
    <>
      <Menu position="bottom-end" width={180}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`Menu of ${name}`} loading={write.isPending}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {role !== "viewer" && (
            <>
              <Menu.Item
                component={Link}
                to={readyMade ? href("/dashboards/new", { from: id }) : href(`${dashboardPath(id)}/edit`)}
                leftSection={<IconPencil {...icon} />}
              >
                {readyMade ? "Edit a copy" : "Edit"}
              </Menu.Item>
              <Menu.Item leftSection={<IconCopy {...icon} />} onClick={duplicate}>
                Duplicate
              </Menu.Item>
            </>
          )}
          <Menu.Item leftSection={<IconFileExport {...icon} />} onClick={() => void download()}>
            Export JSON
          </Menu.Item>
          {role !== "viewer" && !readyMade && (
            <Menu.Item leftSection={<IconTrash {...icon} />} onClick={() => setDeleting(true)}>
              Delete
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {deleting && <DeleteDialog dashboard={dashboard} onClose={() => setDeleting(false)} />}
    </>
  );
}
