import { ActionIcon, Button, NativeSelect, TextInput, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowBackUp, IconArrowForwardUp, IconClipboard, IconPlus } from "@tabler/icons-react";
import { Link } from "react-router";
import { PRESET_LABEL, PRESETS } from "../../../state/range";
import classes from "./Builder.module.css";
import type { Editing } from "./useEditing";

interface Props {
  editing: Editing;
  isNew: boolean;
  saving: boolean;
  nameError: string | null;
  onAdd: () => void;
  /** Whether the text was a widget. */
  onPaste: (text: string) => boolean;
  onSave: () => void;
  leaveTo: string;
  /** Without saving: what was changed is forgotten. */
  onLeave: () => void;
}

/** What is said of the dashboard as a whole, and what can be done with it. */
export function EditorBar({ editing, isNew, saving, nameError, onAdd, onPaste, onSave, leaveTo, onLeave }: Props) {
  const { body, dirty, change } = editing;
  const paste = async () => {
    try {
      const text = await navigator.clipboard.readText();
      if (!onPaste(text)) notifications.show({ message: "The clipboard holds no widget: copy one first" });
    } catch {
      notifications.show({ message: "The browser does not let pages read the clipboard: press Ctrl V instead" });
    }
  };
  const unnamed = body.name.trim() === "";
  return (
    <div className={classes["bar"]}>
      <TextInput
        className={classes["name"] ?? ""}
        size="xs"
        label="Name"
        placeholder="Support desk"
        maxLength={100}
        required
        value={body.name}
        error={nameError}
        data-autofocus={isNew || undefined}
        onChange={(event) => change({ name: event.currentTarget.value }, "name")}
      />
      <TextInput
        className={classes["description"] ?? ""}
        size="xs"
        label="Description"
        maxLength={1000}
        value={body.description}
        onChange={(event) => change({ description: event.currentTarget.value }, "description")}
      />
      <NativeSelect
        size="xs"
        label="Opens with"
        data={PRESETS.map((value) => ({ value, label: PRESET_LABEL[value] }))}
        value={body.range}
        onChange={(event) => {
          const range = PRESETS.find((one) => one === event.currentTarget.value);
          if (range !== undefined) change({ range });
        }}
      />
      <div className={classes["buttons"]}>
        <Tooltip label="Undo (Ctrl Z)">
          <ActionIcon variant="default" size={30} aria-label="Undo" disabled={!editing.canUndo} onClick={editing.undo}>
            <IconArrowBackUp size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Redo (Ctrl Shift Z)">
          <ActionIcon variant="default" size={30} aria-label="Redo" disabled={!editing.canRedo} onClick={editing.redo}>
            <IconArrowForwardUp size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Paste a widget (Ctrl V)">
          <ActionIcon variant="default" size={30} aria-label="Paste a widget" onClick={() => void paste()}>
            <IconClipboard size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <Button size="xs" variant="default" leftSection={<IconPlus size={15} aria-hidden />} onClick={onAdd}>
          Add widget
        </Button>
        <Button component={Link} to={leaveTo} size="xs" variant="default" onClick={onLeave} data-leaves>
          Cancel
        </Button>
        <Tooltip label={unnamed ? "Give it a name first" : "Ctrl S"}>
          <Button size="xs" loading={saving} disabled={unnamed || (!isNew && !dirty)} onClick={onSave}>
            Save dashboard
          </Button>
        </Tooltip>
      </div>
    </div>
  );
}
