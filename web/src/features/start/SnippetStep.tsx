import { Tabs } from "@mantine/core";
import { Snippet } from "../../ui/Snippet";
import { snippets } from "./snippets";
import classes from "./Start.module.css";

export function SnippetStep({ apiKey }: { apiKey: string | null }) {
  const all = snippets(window.location.origin, apiKey ?? "YOUR_API_KEY");
  return (
    <Tabs defaultValue="Python" keepMounted={false}>
      <Tabs.List mb="sm">
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
  );
}
