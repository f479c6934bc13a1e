import { notifications } from "@mantine/notifications";
import { useState } from "react";
import type { Prompt, PromptVersion } from "../../../api/types";
import { useRegistryChange } from "../useRegistryChange";
import { configOf, contentOf, draftFrom } from "./draft";
import { DraftDialog } from "./DraftDialog";
import { usePromptForm, type PromptValues } from "./usePromptForm";

interface Props {
  prompt: Prompt;
  /** The version that the next one begins as. */
  from: PromptVersion;
  onClose: () => void;
  onMade: (version: PromptVersion) => void;
}

/** Writes the next version of a prompt, beginning with a copy. */
export function NewVersion({ prompt, from, onClose, onMade }: Props) {
  const create = useRegistryChange<PromptVersion>();
  const { form, refused } = usePromptForm({ ...draftFrom(from), name: prompt.name, type: prompt.type, tags: [] });
  const [atField, setAtField] = useState(false);
  const submit = (values: PromptValues) =>
    create.mutate(
      { path: `/prompts/${prompt.id}/versions`, body: bodyOf(values) },
      {
        onSuccess: (version) => {
          const served = version.deployed_in.length > 0 ? `, served in ${version.deployed_in.join(", ")}` : "";
          notifications.show({ message: `${prompt.name} v${version.number} added${served}` });
          onMade(version);
        },
        onError: (error) => setAtField(refused(error)),
      },
    );
  return (
    <DraftDialog
      title={`Next version of ${prompt.name}, from v${from.number}`}
      action={`Add version ${prompt.latest_version + 1}`}
      form={form}
      first={false}
      sending={create.isPending}
      error={atField ? null : create.error}
      onSubmit={submit}
      onClose={onClose}
    />
  );
}

function bodyOf(values: PromptValues) {
  const { type, config, message, deploys, environment } = values;
  const content = contentOf(values, type);
  return { content, config: configOf(config), message, deploy_to: deploys ? environment : null };
}
