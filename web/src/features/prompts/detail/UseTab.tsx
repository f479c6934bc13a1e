import { Tabs } from "@mantine/core";
import { Link } from "react-router";
import type { Prompt } from "../../../api/types";
import { useHref } from "../../../state/useHref";
import { Panel } from "../../../ui/Panel";
import { Snippet } from "../../../ui/Snippet";
import { useVersions } from "../useVersions";
import classes from "./Detail.module.css";
import { promptSnippets } from "./snippets";

/** Code that fetches the prompt as it is served. */
export function UseTab({ prompt }: { prompt: Prompt }) {
  const href = useHref();
  const newest = useVersions(prompt.id).data?.rows[0];
  const all = promptSnippets({
    endpoint: window.location.origin,
    name: prompt.name,
    type: prompt.type,
    variables: newest?.variables ?? [],
  });
  return (
    <Panel title="Fetch it from a program">
      <div className={classes["versionBody"]}>
        <p className={classes["lead"]}>
          A program asks for the prompt by its name and is served the version that is deployed. It needs a key that may
          send calls or read: <Link to={href("/settings/keys")}>API keys</Link>. Send the name as prompt id and the
          number as prompt version with each call, and the version&apos;s figures show up here.
        </p>
        <Tabs defaultValue="0" keepMounted={false}>
          <Tabs.List mb="sm">
            {all.map(({ name }, index) => (
              <Tabs.Tab key={name} value={String(index)}>
                {name}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {all.map(({ name, how, code }, index) => (
            <Tabs.Panel key={name} value={String(index)}>
              <p className={classes["lead"]}>{how}</p>
              <Snippet code={code} label={`${name} snippet`} />
            </Tabs.Panel>
          ))}
        </Tabs>
      </div>
    </Panel>
  );
}
