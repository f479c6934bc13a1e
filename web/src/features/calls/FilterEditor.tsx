import { Button, FocusTrap, Group, Popover, Stack } from "@mantine/core";
import { IconFilter, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import type { Field, Filter } from "../../api/types";
import { useFields } from "../../api/useFields";
import { FilterRow } from "../../ui/filter/FilterRow";
import { isProperty } from "../../ui/filter/fieldChoices";

const NEW: Filter = { dimension: "", op: "in", values: [] };

interface Props {
  fields: readonly Field[];
  conditions: readonly Filter[];
  onChange: (conditions: readonly Filter[]) => void;
}

/** The conditions on calls, changed together. */
export function FilterEditor({ fields, conditions, onChange }: Props) {
  const [opened, setOpened] = useState(false);
  const [draft, setDraft] = useState<readonly Filter[]>([]);
  const { data } = useFields();
  const listed = new Set([
    ...(data?.dimensions ?? []).map(({ key }) => key),
    ...fields.map(({ key }) => key).filter(isProperty),
  ]);
  const open = () => {
    setDraft(conditions.length === 0 ? [NEW] : conditions);
    setOpened(true);
  };
  const complete = draft.filter(({ dimension, values }) => dimension !== "" && values.length > 0);
  // withRoles would name the dialog after its button
  return (
    <Popover
      withRoles={false}
      opened={opened}
      onChange={setOpened}
      position="bottom-start"
      trapFocus
      returnFocus
      width="min(560px, 94vw)"
      shadow="md"
    >
      <Popover.Target>
        <Button
          size="xs"
          variant="default"
          aria-haspopup="dialog"
          aria-expanded={opened}
          leftSection={<IconFilter size={14} aria-hidden />}
          onClick={() => (opened ? setOpened(false) : open())}
        >
          Filter
        </Button>
      </Popover.Target>
      <Popover.Dropdown role="dialog" tabIndex={-1} aria-label="Filters">
        {/* a field that has the focus opens its list, which is wanted only of an empty one */}
        {conditions.length > 0 && <FocusTrap.InitialFocus />}
        <form
          onSubmit={(event) => {
            event.preventDefault();
            onChange(complete);
            setOpened(false);
          }}
        >
          <Stack gap="xs">
            {draft.map((filter, index) => (
              <FilterRow
                // rows have no other identity
                key={index}
                number={index + 1}
                portal={false}
                fields={fields}
                listed={listed}
                filter={filter}
                onChange={(next) => setDraft(draft.with(index, next))}
                onRemove={() => setDraft(draft.toSpliced(index, 1))}
              />
            ))}
            <Group justify="space-between">
              <Button
                size="xs"
                variant="subtle"
                leftSection={<IconPlus size={14} aria-hidden />}
                onClick={() => setDraft([...draft, NEW])}
              >
                And
              </Button>
              <Button type="submit" size="xs">
                Apply
              </Button>
            </Group>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
