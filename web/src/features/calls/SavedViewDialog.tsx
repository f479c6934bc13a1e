import { Button, Checkbox, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { useProject } from "../../state/ProjectContext";
import { ConfirmButton } from "../../ui/ConfirmButton";
import { FormError } from "../../ui/FormError";
import { useSavedViews, type SavedView } from "./useSavedViews";

interface Props {
  page: string;
  /** The view as it is now. */
  search: string;
  /** null: a new one. */
  view: SavedView | null;
  onClose: () => void;
}

/** Name of a view, and who sees it. */
export function SavedViewDialog({ page, search, view, onClose }: Props) {
  const { role } = useProject();
  const { save, change, remove } = useSavedViews(page);
  const [name, setName] = useState(view?.name ?? "");
  const [shared, setShared] = useState(view?.shared ?? false);
  const [replace, setReplace] = useState(false);
  const done = { onSuccess: onClose };
  const submit = () => {
    if (view === null) save.mutate({ name: name.trim(), search, shared }, done);
    else change.mutate({ id: view.id, name: name.trim(), shared, ...(replace ? { search } : {}) }, done);
  };
  const error = save.error ?? change.error;
  return (
    <Modal opened onClose={onClose} title={view === null ? "Save this view" : `Change “${view.name}”`} size="sm">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack gap="sm">
          <TextInput
            label="Name"
            data-autofocus
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {role !== "viewer" && (
            <Checkbox
              label="Also for the others of this project"
              checked={shared}
              onChange={(event) => setShared(event.currentTarget.checked)}
            />
          )}
          {view !== null && view.search !== search && (
            <Checkbox
              label="Replace its filters by those of now"
              checked={replace}
              onChange={(event) => setReplace(event.currentTarget.checked)}
            />
          )}
          <FormError error={error} fields={[]} />
          <Group justify="space-between">
            {view === null ? (
              <span />
            ) : (
              <ConfirmButton
                label="Delete"
                does={`Delete view “${view.name}”`}
                consequence="Links to it keep working: they hold the filters themselves."
                pending={remove.isPending}
                error={remove.error}
                onConfirm={() => remove.mutate(view.id, done)}
              />
            )}
            <Button type="submit" loading={save.isPending || change.isPending} disabled={name.trim() === ""}>
              {view === null ? "Save view" : "Save changes"}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
