import { Autocomplete, Checkbox, Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import classes from "./Draft.module.css";
import { MessagesInput } from "./MessagesInput";
import { textsOf } from "./template";
import { TemplateInput } from "./TemplateInput";
import { useEnvironments } from "./useEnvironments";
import type { PromptValues } from "./usePromptForm";
import { VariableList } from "./VariableList";

/** What every version has: content, configuration, why, and where it is served. */
export function DraftFields({ form, first }: { form: UseFormReturnType<PromptValues>; first: boolean }) {
  const environments = useEnvironments();
  const { type, text, messages, json, deploys } = form.values;
  const texts = type === "text" ? [text] : json === null ? messages.map(({ content }) => content) : jsonTexts(json);
  return (
    <>
      {type === "text" && (
        <TemplateInput
          label="Prompt"
          placeholder={"Answer the question of {{customer}} in two sentences."}
          value={text}
          onChange={(next) => form.setFieldValue("text", next)}
          error={form.errors["text"]}
        />
      )}
      {type === "chat" && json === null && (
        <MessagesInput
          value={messages}
          onChange={(next) => form.setFieldValue("messages", next)}
          error={form.errors["messages"]}
        />
      )}
      {type === "chat" && json !== null && (
        <TemplateInput
          label="Messages, as JSON"
          rows={12}
          value={json}
          onChange={(next) => form.setFieldValue("json", next)}
          error={form.errors["json"]}
        />
      )}
      <VariableList texts={texts} />
      <Textarea
        label="Configuration"
        description="A JSON object that the program reads with the text: model, temperature, fallback model."
        autosize
        minRows={2}
        maxRows={14}
        spellCheck={false}
        className={classes["code"] ?? ""}
        {...form.getInputProps("config")}
      />
      <TextInput
        label={first ? "Why this prompt" : "Why this version"}
        placeholder={first ? "First version" : "Shorter answers"}
        maxLength={2000}
        {...form.getInputProps("message")}
      />
      <div className={classes["deploy"]}>
        <Checkbox label="Serve it at once in" {...form.getInputProps("deploys", { type: "checkbox" })} />
        <Autocomplete
          size="xs"
          aria-label="Environment"
          disabled={!deploys}
          data={environments}
          {...form.getInputProps("environment")}
        />
      </div>
    </>
  );
}

function jsonTexts(json: string): string[] {
  try {
    return textsOf(JSON.parse(json) as Parameters<typeof textsOf>[0]);
  } catch {
    return []; // half written: the field says so
  }
}
