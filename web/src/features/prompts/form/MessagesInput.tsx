import { ActionIcon, Button, Group, Input, NativeSelect } from "@mantine/core";
import { IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./Draft.module.css";
import { ROLES, type DraftMessage } from "./draft";
import { TemplateInput } from "./TemplateInput";

interface Props {
  value: readonly DraftMessage[];
  onChange: (messages: DraftMessage[]) => void;
  error?: ReactNode;
}

/** The messages of a chat prompt, in the order in which they are sent. */
export function MessagesInput({ value, onChange, error }: Props) {
  const change = (key: string, part: Partial<DraftMessage>) =>
    onChange(value.map((message) => (message.key === key ? { ...message, ...part } : message)));
  const up = (index: number) => {
    const moved = value[index];
    if (moved === undefined) return;
    const others = value.filter(({ key }) => key !== moved.key);
    onChange([...others.slice(0, index - 1), moved, ...others.slice(index - 1)]);
  };
  const add = () => {
    const next = 1 + Math.max(-1, ...value.map(({ key }) => Number(key)));
    const role = value.at(-1)?.role === "user" ? "assistant" : "user";
    onChange([...value, { key: String(next), role, content: "" }]);
  };
  return (
    <div className={classes["messages"]} role="group" aria-label="Messages">
      {value.map(({ key, role, content }, index) => (
        <div key={key} className={classes["message"]}>
          <NativeSelect
            size="xs"
            w={140}
            aria-label={`Role of message ${index + 1}`}
            value={role}
            data={[...new Set([...ROLES, ...(role === "" ? [] : [role])])]}
            onChange={(event) => change(key, { role: event.currentTarget.value })}
          />
          <Group gap={2}>
            <ActionIcon
              variant="subtle"
              color="gray"
              disabled={index === 0}
              aria-label={`Move message ${index + 1} up`}
              onClick={() => up(index)}
            >
              <IconArrowUp size={15} aria-hidden />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="gray"
              disabled={value.length === 1}
              aria-label={`Remove message ${index + 1}`}
              onClick={() => onChange(value.filter((message) => message.key !== key))}
            >
              <IconTrash size={15} aria-hidden />
            </ActionIcon>
          </Group>
          <TemplateInput
            label={null}
            ariaLabel={`Text of message ${index + 1}`}
            rows={3}
            value={content}
            onChange={(text) => change(key, { content: text })}
          />
        </div>
      ))}
      {error !== undefined && error !== null && <Input.Error>{error}</Input.Error>}
      <div>
        <Button size="compact-xs" variant="default" leftSection={<IconPlus size={14} aria-hidden />} onClick={add}>
          Add a message
        </Button>
      </div>
    </div>
  );
}
