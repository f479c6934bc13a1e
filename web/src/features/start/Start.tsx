import { useState } from "react";
import { useProject } from "../../state/ProjectContext";
import { FirstCall } from "./FirstCall";
import { KeyStep } from "./KeyStep";
import { SnippetStep } from "./SnippetStep";
import classes from "./Start.module.css";

/** From nothing to the first call: a key, a snippet, a light. */
export function Start() {
  const { name } = useProject();
  const [key, setKey] = useState<string | null>(null);
  return (
    <div className={classes["page"]}>
      <h1 className={classes["title"]}>Send the first call to {name}</h1>
      <p className={classes["lead"]}>
        Any program that speaks OpenTelemetry, or plain HTTP, can send its LLM calls here. You need a key and one
        snippet.
      </p>
      <ol className={classes["steps"]}>
        <li className={classes["step"]}>
          <h2>Make an API key</h2>
          <KeyStep apiKey={key} onKey={setKey} />
        </li>
        <li className={classes["step"]}>
          <h2>Paste a snippet</h2>
          <SnippetStep apiKey={key} />
        </li>
        <li className={classes["step"]}>
          <h2>See it arrive</h2>
          <FirstCall />
        </li>
      </ol>
    </div>
  );
}
