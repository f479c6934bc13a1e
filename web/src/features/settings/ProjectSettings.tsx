import { Alert, Button, Switch, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { SESSION } from "../../api/keys";
import type { Project } from "../../api/types";
import { useProject } from "../../state/ProjectContext";
import { errorAtField } from "../../ui/errorAtField";
import { FormError } from "../../ui/FormError";
import { Panel } from "../../ui/Panel";
import { TimeZoneSelect } from "../../ui/TimeZoneSelect";
import classes from "./Settings.module.css";
import { useSettingsChange } from "./useSettingsChange";

const FIELDS = ["name", "time_zone", "capture_content"] as const;

export function ProjectSettings() {
  const project = useProject();
  const queries = useQueryClient();
  const save = useSettingsChange<Project>("project");
  const mayEdit = project.role === "admin";
  const form = useForm({
    mode: "controlled",
    initialValues: {
      name: project.name,
      time_zone: project.time_zone,
      capture_content: project.capture_content,
    },
    validateInputOnChange: true,
    validate: {
      name: (name) =>
        name.trim() === "" ? "Give the project a name" : name.length > 100 ? "At most 100 characters" : null,
    },
  });
  const submit = (body: typeof form.values) =>
    save.mutate(
      { path: `/projects/${project.id}`, method: "PATCH", body },
      {
        onSuccess: () => {
          form.resetDirty();
          notifications.show({ message: "Project saved" });
          void queries.refetchQueries({ queryKey: SESSION });
        },
        onError: (error) => errorAtField(form, error),
      },
    );
  return (
    <Panel title="Project">
      <form className={classes["form"]} onSubmit={form.onSubmit(submit)}>
        {!mayEdit && (
          <Alert variant="light">
            Only admins change these. You are {project.role === "editor" ? "an editor" : "a viewer"}.
          </Alert>
        )}
        <TextInput label="Name" disabled={!mayEdit} {...form.getInputProps("name")} />
        <TimeZoneSelect
          label="Time zone"
          description="All times are shown in it, and days, weeks and months begin by it."
          disabled={!mayEdit}
          {...form.getInputProps("time_zone")}
        />
        <Switch
          label="Keep the texts of calls"
          description="Inputs and outputs are stored with each call and shown in its detail. They may hold personal data. Off: only numbers and names are kept."
          disabled={!mayEdit}
          {...form.getInputProps("capture_content", { type: "checkbox" })}
        />
        <FormError error={save.error} fields={FIELDS} />
        {mayEdit && (
          <div>
            <Button type="submit" size="xs" loading={save.isPending} disabled={!form.isDirty()}>
              Save project
            </Button>
          </div>
        )}
      </form>
    </Panel>
  );
}
