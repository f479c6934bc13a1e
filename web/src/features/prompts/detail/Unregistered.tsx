import { Button } from "@mantine/core";
import { Link } from "react-router";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import classes from "./Detail.module.css";

/** The head of a page of a prompt that calls name and the registry does not have. */
export function Unregistered({ name }: { name: string }) {
  const href = useHref();
  const { role } = useProject();
  return (
    <header className={classes["header"]}>
      <div className={classes["headline"]}>
        <h1 className={classes["title"]}>{name}</h1>
        {role !== "viewer" && (
          <div className={classes["actions"]}>
            <Button component={Link} to={href("/prompts", { new: name })} size="xs">
              Add to the registry
            </Button>
          </div>
        )}
      </div>
      <p className={classes["lead"]}>
        This prompt is not in the registry. Calls that name it are measured all the same; in the registry it has
        versions that are compared, deployed and rolled back.
      </p>
    </header>
  );
}
