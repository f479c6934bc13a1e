import { Button, Menu } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCheck, IconChevronDown, IconPlus } from "@tabler/icons-react";
import { useSession } from "../../api/useSession";
import { useProject } from "../../state/ProjectContext";
import { useView } from "../../state/useView";
import { NewProject } from "./NewProject";
import classes from "./Selector.module.css";

export function ProjectMenu() {
  const { data: session } = useSession();
  const { id, name } = useProject();
  const { change } = useView();
  const [creating, dialog] = useDisclosure(false);
  return (
    <>
      <Menu position="bottom-start" width={230}>
        <Menu.Target>
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            className={classes["project"] ?? ""}
            rightSection={<IconChevronDown size={14} aria-hidden />}
            aria-label={`Project: ${name}`}
          >
            <span className={classes["words"]}>{name}</span>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Projects</Menu.Label>
          {session?.projects.map((project) => (
            <Menu.Item
              key={project.id}
              rightSection={project.id === id ? <IconCheck size={14} aria-label="current" /> : null}
              onClick={() => change({ project: project.id, prompts: [], environment: null })}
            >
              {project.name}
            </Menu.Item>
          ))}
          {session?.user.is_admin === true && (
            <>
              <Menu.Divider />
              <Menu.Item leftSection={<IconPlus size={14} aria-hidden />} onClick={dialog.open}>
                New project
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <NewProject opened={creating} onClose={dialog.close} />
    </>
  );
}
