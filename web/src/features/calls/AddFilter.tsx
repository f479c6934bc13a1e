import { Button, NativeSelect, Popover, Stack } from "@mantine/core";
import { IconFilter } from "@tabler/icons-react";
import { useState } from "react";
import { FilterValue } from "./FilterValue";
import { FILTERS } from "./filters";

const [FIRST] = FILTERS;

/** Choose a field and a value. */
export function AddFilter({ onAdd }: { onAdd: (key: string, value: string) => void }) {
  const [opened, setOpened] = useState(false);
  const [key, setKey] = useState(FIRST?.key ?? "");
  const [value, setValue] = useState("");
  const filter = FILTERS.find((one) => one.key === key);
  const given = value === "" ? (filter?.choices?.[0] ?? "") : value;
  const add = (picked: string) => {
    onAdd(key, picked);
    setOpened(false);
    setValue("");
  };
  // withRoles would name the dialog after its button
  return (
    <Popover
      withRoles={false}
      opened={opened}
      onChange={setOpened}
      position="bottom-start"
      trapFocus
      returnFocus
      width={260}
      shadow="md"
    >
      <Popover.Target>
        <Button
          size="xs"
          variant="default"
          aria-haspopup="dialog"
          aria-expanded={opened}
          leftSection={<IconFilter size={14} aria-hidden />}
          onClick={() => setOpened(!opened)}
        >
          Filter
        </Button>
      </Popover.Target>
      <Popover.Dropdown role="dialog" tabIndex={-1} aria-label="Add a filter">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            add(given);
          }}
        >
          <Stack gap="xs">
            <NativeSelect
              size="xs"
              label="Field"
              value={key}
              data={FILTERS.map((one) => ({ value: one.key, label: one.label }))}
              onChange={(event) => {
                setKey(event.currentTarget.value);
                setValue("");
              }}
            />
            {filter !== undefined && <FilterValue filter={filter} value={given} onChange={setValue} onPick={add} />}
            <Button type="submit" size="xs" disabled={given.trim() === ""}>
              Add filter
            </Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
