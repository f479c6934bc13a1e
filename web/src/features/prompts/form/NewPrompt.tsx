import { Input, SegmentedControl, TagsInput, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useNavigate } from "react-router";
import type { Prompt } from "../../../api/types";
import { useHref } from "../../../state/useHref";
import { promptPath } from "../../../ui/promptPath";
import { useRegistryChange } from "../useRegistryChange";
import classes from "./Draft.module.css";
import { configOf, contentOf, emptyDraft } from "./draft";
import { DraftDialog } from "./DraftDialog";
import { usePromptForm, type PromptValues } from "./usePromptForm";

interface Props {
  /** Name to begin with, "" for none. */
  name: string;
  onClose: () => void;
}

/** Makes a prompt and its first version, and leads to its page. */
export function NewPrompt({ name, onClose }: Props) {
  const href = useHref();
  const navigate = useNavigate();
  const create = useRegistryChange<Prompt>();
  const { form, refused } = usePromptForm({ ...emptyDraft(), name, type: "text", tags: [] });
  const [atField, setAtField] = useState(false);
  const submit = (values: PromptValues) =>
    create.mutate(
      { path: "/prompts", body: bodyOf(values) },
      {
        onSuccess: (prompt) => {
          notifications.show({ message: `Prompt ${prompt.name} created` });
          void navigate(href(promptPath(prompt.name), { tab: "use" }));
        },
        onError: (error) => setAtField(refused(error)),
      },
    );
  return (
    <DraftDialog
      title={name === "" ? "New prompt" : `Add ${name} to the registry`}
      action="Create prompt"
      form={form}
      first
      sending={create.isPending}
      error={atField ? null : create.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <div className={classes["row"]}>
        <TextInput
          label="Name"
          description="What calls carry as prompt id; it never changes."
          placeholder="support-reply"
          data-autofocus
          {...form.getInputProps("name")}
        />
        <TagsInput label="Tags" description="To find it by: a team, a feature." {...form.getInputProps("tags")} />
      </div>
      <Input.Wrapper label="Type" labelElement="div">
        <div>
          <SegmentedControl
            size="xs"
            aria-label="Type"
            data={[
              { value: "text", label: "Text" },
              { value: "chat", label: "Chat messages" },
            ]}
            {...form.getInputProps("type")}
          />
        </div>
      </Input.Wrapper>
    </DraftDialog>
  );
}

function bodyOf(values: PromptValues) {
  const { name, type, tags, config, message, deploys, environment } = values;
  const content = contentOf(values, type);
  return { name, type, tags, content, config: configOf(config), message, deploy_to: deploys ? environment : null };
}
