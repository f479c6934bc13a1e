import {
  Alert,
  Button,
  Checkbox,
  Group,
  Modal,
  NativeSelect,
  PasswordInput,
  Stack,
  TagsInput,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import type { Channel, ChannelKind, ChannelMade } from "../../../api/channels";
import { useWatchWrite } from "../../../api/useWatchWrite";
import { FormError } from "../../../ui/FormError";
import { SEVERITIES, SEVERITY_WORD } from "../../../ui/severityWord";
import { Snippet } from "../../../ui/Snippet";
import { KINDS } from "./kinds";
import { changeOf, fieldOf, newChannel, problemsOf, valuesOf, type ChannelValues } from "./values";

interface Props {
  /** null makes a new one. */
  channel: Channel | null;
  onClose: () => void;
}

/** Adds a channel, or changes one. Secrets go in and never come out. */
export function ChannelDialog({ channel, onClose }: Props) {
  const save = useWatchWrite<ChannelMade>();
  const [secret, setSecret] = useState<string | null>(null);
  const form = useForm<ChannelValues>({
    mode: "controlled",
    initialValues: valuesOf(channel),
    validateInputOnChange: true,
    validate: (values) => problemsOf(values, channel !== null),
  });
  const { kind } = form.values;
  const title = channel === null ? "New channel" : `Channel “${channel.name}”`;
  const kept = channel === null ? undefined : "unchanged unless you type another";
  const submit = (values: ChannelValues) =>
    save.mutate(
      channel === null
        ? { path: "/channels", method: "POST", body: newChannel(values) }
        : { path: `/channels/${channel.id}`, method: "PATCH", body: changeOf(values) },
      {
        onSuccess: (made) => {
          notifications.show({ message: `Channel “${made.name}” ${channel === null ? "added" : "saved"}` });
          if (made.signing_secret === null) onClose();
          else setSecret(made.signing_secret);
        },
        onError: (error) => {
          const field = fieldOf(error);
          if (field !== null) form.setFieldError(field, error.message);
        },
      },
    );
  if (secret !== null) {
    return (
      <Modal opened onClose={onClose} title="Signing secret">
        <Stack gap="sm">
          <Alert variant="light">
            Copy it now: it is shown only this once. Your program verifies with it that messages come from here, as
            Standard Webhooks says.
          </Alert>
          <Snippet code={secret} label="Signing secret" />
          <Group justify="flex-end">
            <Button onClick={onClose}>Done</Button>
          </Group>
        </Stack>
      </Modal>
    );
  }
  return (
    <Modal opened onClose={onClose} title={title}>
      <form aria-label={title} noValidate onSubmit={form.onSubmit(submit)}>
        <Stack gap="sm">
          <TextInput label="Name" placeholder="On call" data-autofocus {...form.getInputProps("name")} />
          {channel === null ? (
            <NativeSelect
              label="Kind"
              description={KINDS[kind].hint}
              data={(Object.keys(KINDS) as ChannelKind[]).map((value) => ({ value, label: KINDS[value].label }))}
              {...form.getInputProps("kind")}
            />
          ) : (
            <TextInput label="Kind" value={KINDS[kind].label} description={KINDS[kind].hint} disabled />
          )}
          {kind === "email" && (
            <TagsInput
              label="Addresses"
              description="Press Enter after each."
              placeholder={form.values.addresses.length === 0 ? "ada@example.com" : ""}
              acceptValueOnBlur
              {...form.getInputProps("addresses")}
            />
          )}
          {(kind === "slack" || kind === "webhook" || kind === "apprise") && (
            <TextInput
              label={kind === "slack" ? "URL of the incoming webhook" : "URL"}
              description={channel === null ? undefined : channel.hint}
              placeholder={kept ?? PLACEHOLDER[kind]}
              {...form.getInputProps("url")}
            />
          )}
          {kind === "webhook" && (
            <PasswordInput
              label="Authorization header"
              placeholder={channel?.has_authorization === true ? kept : "none"}
              {...form.getInputProps("authorization")}
            />
          )}
          {kind === "pagerduty" && (
            <>
              <PasswordInput
                label="Integration key"
                description="Of the service, Events API v2."
                placeholder={kept}
                {...form.getInputProps("routing_key")}
              />
              <NativeSelect
                label="Region"
                data={[
                  { value: "us", label: "United States" },
                  { value: "eu", label: "Europe" },
                ]}
                {...form.getInputProps("region")}
              />
            </>
          )}
          <Checkbox.Group
            label="Gets alerts of"
            description="Those whose rule names no channels of its own."
            {...form.getInputProps("severities")}
          >
            <Group gap="md" mt={6}>
              {SEVERITIES.map((one) => (
                <Checkbox key={one} value={one} label={SEVERITY_WORD[one]} />
              ))}
            </Group>
          </Checkbox.Group>
          <FormError error={fieldOf(save.error) === null ? save.error : null} fields={[]} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              {channel === null ? "Create channel" : "Save channel"}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

const PLACEHOLDER = {
  slack: "https://hooks.slack.com/services/...",
  webhook: "https://example.com/hooks/promptpulse",
  apprise: "ntfys://ntfy.example.com/alerts",
} as const;
