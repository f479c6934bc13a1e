import type { PromptVersion } from "../../../api/types";
import { CopyButton } from "../../../ui/CopyButton";
import { Snippet } from "../../../ui/Snippet";
import { VariableList } from "../form/VariableList";
import { textsOf } from "../form/template";
import classes from "./Detail.module.css";
import { Template } from "./Template";

/** The texts of a version with its variables marked, and its configuration. */
export function VersionContent({ version: { content, config } }: { version: PromptVersion }) {
  const text = typeof content === "string" ? content : JSON.stringify(content, null, 2);
  return (
    <div className={classes["content"]}>
      <div className={classes["contentHead"]}>
        <h3>{typeof content === "string" ? "Prompt" : "Messages"}</h3>
        <CopyButton text={text} label={typeof content === "string" ? "Copy" : "Copy as JSON"} />
      </div>
      {typeof content === "string" ? (
        <Template text={content} label="Prompt" />
      ) : (
        content.map((message, index) => (
          <div key={index}>
            <h4 className={classes["role"]}>{message.role ?? "placeholder"}</h4>
            <Template
              text={typeof message.content === "string" ? message.content : JSON.stringify(message, null, 2)}
              label={`Message ${index + 1}`}
            />
          </div>
        ))
      )}
      <VariableList texts={textsOf(content)} />
      <h3>Configuration</h3>
      {Object.keys(config).length === 0 ? (
        <p className={classes["none"]}>None: the program chooses the model and its parameters.</p>
      ) : (
        <Snippet code={JSON.stringify(config, null, 2)} label="Configuration" />
      )}
    </div>
  );
}
