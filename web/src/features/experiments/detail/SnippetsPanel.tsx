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
      <Tabs defaultValue={tabOf(all[0]?.name ?? "")} keepMounted={false} className={classes["snippets"] ?? ""}>
        <Tabs.List mb="sm" aria-label="Languages">
          {all.map(({ name }) => (
            <Tabs.Tab key={name} value={tabOf(name)}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {all.map(({ name, how, code }) => (
          <Tabs.Panel key={name} value={tabOf(name)}>
            <p className={classes["how"]}>{how}</p>
            <Snippet code={code} label={`${name} snippet`} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Panel>
  );
}

/** Becomes part of an element's id, where a blank is not allowed. */
function tabOf(name: string): string {
  return name.replaceAll(" ", "-");
}
