import { Button, Menu } from "@mantine/core";
import { IconTemplate } from "@tabler/icons-react";
import type { RuleTemplate } from "../../../api/alerts";
import { useWatchRead } from "../../../api/useWatchRead";
import classes from "./Builder.module.css";

/** Rules to begin with. */
export function TemplateMenu({ onChoose }: { onChoose: (template: RuleTemplate) => void }) {
  const { data, error } = useWatchRead<RuleTemplate[]>("/rules/templates");
  return (
    <Menu position="bottom-end" width={340}>
      <Menu.Target>
        <Button size="compact-xs" variant="default" leftSection={<IconTemplate size={14} aria-hidden />}>
          Begin with a template
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes["templates"] ?? ""}>
        {data === undefined && (
          <Menu.Label>{error === null ? "Loading" : `They could not be loaded: ${error.message}`}</Menu.Label>
        )}
        {data?.map((template) => (
          <Menu.Item key={template.key} onClick={() => onChoose(template)}>
            {template.title}
            <div className={classes["about"]}>{template.description}</div>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
