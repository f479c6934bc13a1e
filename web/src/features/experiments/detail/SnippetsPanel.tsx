import { Tabs } from "@mantine/core";
import type { Experiment } from "../../../api/experiments";
import { Panel } from "../../../ui/Panel";
import { Snippet } from "../../../ui/Snippet";
import classes from "./Detail.module.css";
import { snippets } from "./snippets";

/** The code that makes it run in a program. */
export function SnippetsPanel({ experiment }: { experiment: Experiment }) {
  const all = snippets(window.location.origin, "YOUR_API_KEY", experiment);
  return (
    <Panel title="Wire it into your program" note="ask for the variant, then send what it is judged by">
      <Tabs defaultValue={all[0]?.name ?? ""} keepMounted={false} className={classes["snippets"] ?? ""}>
        <Tabs.List mb="sm" aria-label="Languages">
          {all.map(({ name }) => (
            <Tabs.Tab key={name} value={name}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {all.map(({ name, how, code }) => (
          <Tabs.Panel key={name} value={name}>
            <p className={classes["how"]}>{how}</p>
            <Snippet code={code} label={`${name} snippet`} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Panel>
  );
}
