import { Button, Group } from "@mantine/core";
import { Link } from "react-router";
import type { Project } from "../../api/types";
import { Empty } from "../../ui/Empty";
import { useSignOut } from "./useSignOut";
import classes from "./SignedIn.module.css";

interface Props {
  projects: Project[];
  /** Id of the project in the address. */
  asked: string | null;
}

/** Shown to a person whose address names a project that is not theirs, or who has none. */
export function NoProject({ projects, asked }: Props) {
  const signOut = useSignOut();
  return (
    <main className={classes["whole"]}>
      <div>
        <Empty title={asked === null ? "You are in no project yet" : "You are not a member of this project"}>
          {asked === null
            ? "Ask an admin of a project to add you under Settings, Members."
            : "Ask one of its admins to add you, or open a project of yours."}
        </Empty>
        <Group justify="center" gap="xs">
          {projects.map(({ id, name }) => (
            <Button key={id} component={Link} to={`/?project=${encodeURIComponent(id)}`} variant="default" size="xs">
              Open {name}
            </Button>
          ))}
          <Button size="xs" variant="default" onClick={() => signOut.mutate()}>
            Sign out
          </Button>
        </Group>
      </div>
    </main>
  );
}
