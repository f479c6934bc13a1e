import { Button, Group, Modal, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { ApiError } from "../../../api/client";
import { formatAgo } from "../../../format/time";
import { FormError } from "../../../ui/FormError";
import { useDashboard } from "../useDashboard";

interface Props {
  id: string;
  /** Name of the dashboard as it was being changed. */
  mine: string;
  saving: boolean;
  error: Error | null;
  onClose: () => void;
  onCopy: (name: string) => void;
  /** Over which revision. */
  onReplace: (revision: number) => void;
}

/** Somebody else saved the dashboard meanwhile. Nothing is lost before a choice, nor by closing this. */
export function ConflictDialog({ id, mine, saving, error, onClose, onCopy, onReplace }: Props) {
  const { data, dataUpdatedAt, isFetchedAfterMount } = useDashboard(id, true);
  const [name, setName] = useState(`${mine.trim().slice(0, 88)} (my version)`);
  const refused = error instanceof ApiError && error.field === "name" ? error.message : null;
  return (
    <Modal opened onClose={onClose} title="Somebody else changed this dashboard" size="lg">
      {data === undefined || !isFetchedAfterMount ? (
        <Skeleton height={140} />
      ) : (
        <Stack gap="sm">
          <Text>
            {data.updated_by ?? "Somebody"} saved it {formatAgo(data.updated_at, dataUpdatedAt)}, with{" "}
            {data.widgets.length} {data.widgets.length === 1 ? "widget" : "widgets"}. Yours is not saved yet, and stays
            in this browser until you choose.
          </Text>
          <TextInput
            label="Name of a copy"
            maxLength={100}
            value={name}
            error={refused}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {refused === null && error instanceof ApiError && error.status !== 409 && (
            <FormError error={error} fields={[]} />
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Go on editing
            </Button>
            <Button variant="default" loading={saving} onClick={() => onReplace(data.revision)}>
              Replace theirs with mine
            </Button>
            <Button loading={saving} disabled={name.trim() === ""} data-autofocus onClick={() => onCopy(name.trim())}>
              Keep both: save mine as a copy
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
