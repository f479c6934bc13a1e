import { Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { useApi } from "../../api/ApiContext";
import { ApiError } from "../../api/client";
import type { Dashboard, Widget } from "../../api/dashboards";
import type { ChartWidget } from "../../charts/chartWidget";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { FormError } from "../../ui/FormError";
import { freshId } from "./builder/freshId";
import { bodyOf } from "./builder/draft";
import { dashboardPath } from "./dashboardPath";
import { KINDS } from "./kinds";
import { compacted, freePlace } from "./layout";
import { useDashboards } from "./useDashboards";
import { useDashboardWrite } from "./useDashboardWrite";

interface Props {
  widget: ChartWidget;
  /** Of the chart. */
  title: string;
  onClose: () => void;
}

const NEW = "";

/** Puts a chart of a page on a dashboard, or on a new one. */
export function AddToDashboard({ widget, title, onClose }: Props) {
  const api = useApi();
  const href = useHref();
  const { id: project } = useProject();
  const { data: list } = useDashboards();
  const write = useDashboardWrite();
  const [target, setTarget] = useState<string | null>(null);
  const [name, setName] = useState("");
  const [label, setLabel] = useState(title);
  const [failure, setFailure] = useState<Error | null>(null);
  const own = list?.filter(({ ready_made }) => !ready_made) ?? [];
  const chosen = target ?? (own.length === 0 ? NEW : null);

  const added = (others: readonly Widget[]): Widget[] => {
    const place = freePlace(others, KINDS[widget.kind].size);
    return [...compacted([...others, { ...widget, id: freshId(others), title: label.trim(), text: "", place }])];
  };
  const submit = async () => {
    setFailure(null);
    if (chosen === null) return;
    if (chosen === NEW) {
      const body = { name: name.trim(), description: "", range: "7d", widgets: added([]) };
      write.mutate({ path: "", method: "POST", body });
      return;
    }
    const path = `/${encodeURIComponent(chosen)}`;
    try {
      const { data } = await api<Dashboard>(`/dashboards${path}`, { params: { project } });
      const body = { ...bodyOf(data), widgets: added(data.widgets), revision: data.revision };
      write.mutate({ path, method: "PUT", body });
    } catch (error) {
      setFailure(error as Error);
    }
  };
  const error = failure ?? write.error;
  const nameError = error instanceof ApiError && error.field === "name" ? error.message : null;
  if (write.data != null) {
    return (
      <Modal opened onClose={onClose} title="Added">
        <Stack gap="sm">
          <Text>
            {label.trim()} is on the dashboard “{write.data.name}”.
          </Text>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose} data-autofocus>
              Stay here
            </Button>
            <Button component={Link} to={href(dashboardPath(write.data.id))}>
              Open the dashboard
            </Button>
          </Group>
        </Stack>
      </Modal>
    );
  }
  return (
    <Modal opened onClose={onClose} title="Add to dashboard">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack gap="sm">
          <Select
            label="Dashboard"
            placeholder="Choose one"
            allowDeselect={false}
            searchable
            data={[{ value: NEW, label: "New dashboard" }, ...own.map((one) => ({ value: one.id, label: one.name }))]}
            value={chosen}
            onChange={setTarget}
          />
          {chosen === NEW && (
            <TextInput
              label="Its name"
              placeholder="Support desk"
              maxLength={100}
              value={name}
              error={nameError}
              onChange={(event) => setName(event.currentTarget.value)}
            />
          )}
          <TextInput
            label="Title of the widget"
            maxLength={200}
            value={label}
            onChange={(event) => setLabel(event.currentTarget.value)}
          />
          <FormError error={error} fields={["name"]} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button
              type="submit"
              loading={write.isPending}
              disabled={chosen === null || (chosen === NEW && name.trim() === "")}
            >
              Add
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
