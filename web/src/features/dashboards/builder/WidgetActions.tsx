import { ActionIcon, Menu } from "@mantine/core";
import { IconClipboardCopy, IconCopy, IconDots, IconPencil, IconTrash } from "@tabler/icons-react";

interface Props {
  title: string;
  onEdit: () => void;
  onDuplicate: () => void;
  onCopy: () => void;
  onRemove: () => void;
}

/** What can be done with a widget while the dashboard is edited. */
export function WidgetActions({ title, onEdit, onDuplicate, onCopy, onRemove }: Props) {
  const icon = { size: 16, "aria-hidden": true };
  return (
    <>
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`Edit ${title}`} onClick={onEdit}>
        <IconPencil size={16} aria-hidden />
      </ActionIcon>
      <Menu position="bottom-end" width={190}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`More for ${title}`}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconCopy {...icon} />} onClick={onDuplicate}>
            Duplicate
          </Menu.Item>
          <Menu.Item leftSection={<IconClipboardCopy {...icon} />} onClick={onCopy}>
            Copy as JSON
          </Menu.Item>
          <Menu.Item leftSection={<IconTrash {...icon} />} onClick={onRemove}>
            Remove
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
