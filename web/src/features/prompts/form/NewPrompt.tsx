import { Button, Group, Input, Modal, SegmentedControl, Stack, TagsInput, TextInput } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useNavigate } from "react-router";
import type { Prompt } from "../../../api/types";
import { useHref } from "../../../state/useHref";
import { FormError } from "../../../ui/FormError";
import { promptPath } from "../../../ui/promptPath";
import { useRegistryChange } from "../useRegistryChange";
import classes from "./Draft.module.css";
import { configOf, contentOf, emptyDraft } from "./draft";
import { DraftFields } from "./DraftFields";
import { usePromptForm, type PromptValues } from "./usePromptForm";

interface Props {
  /** Name to begin with, "" for none. */
  name: string;
  onClose: () => void;
}

/** Makes a prompt and its first version, and leads to its page. */
export function NewPrompt({ name, onClose }: Props) {
  const narrow = useMediaQuery("(max-width: 47.99em)");
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
    <Modal
      opened
      onClose={onClose}
      title={name === "" ? "New prompt" : `Add ${name} to the registry`}
      size={760}
      fullScreen={narrow}
      closeOnClickOutside={!form.isDirty()}
      closeOnEscape={!form.isDirty()}
    >
      <form onSubmit={form.onSubmit(submit)} noValidate>
        <Stack gap="md">
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
          <DraftFields form={form} first />
          <FormError error={atField ? null : create.error} fields={[]} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending}>
              Create prompt
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function bodyOf(values: PromptValues) {
  const { name, type, tags, config, message, deploys, environment } = values;
  const content = contentOf(values, type);
  return { name, type, tags, content, config: configOf(config), message, deploy_to: deploys ? environment : null };
}
