import { Alert, Button, NativeSelect, SimpleGrid, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { AddedMember, Role } from "../../api/types";
import { useProject } from "../../state/ProjectContext";
import { errorAtField } from "../../ui/errorAtField";
import { FormError } from "../../ui/FormError";
import { Panel } from "../../ui/Panel";
import { Snippet } from "../../ui/Snippet";
import { ROLES } from "./scopes";
import classes from "./Settings.module.css";
import { useSettingsChange } from "./useSettingsChange";

export function NewMemberForm() {
  const { id } = useProject();
  const add = useSettingsChange<AddedMember>("members");
  const form = useForm<{ email: string; role: Role }>({
    mode: "controlled",
    initialValues: { email: "", role: "viewer" },
    validateInputOnBlur: true,
    validate: { email: (email) => (/^\S+@\S+$/.test(email.trim()) ? null : "Enter an email address") },
  });
  const submit = (body: typeof form.values) =>
    add.mutate(
      { path: `/projects/${id}/members`, method: "POST", body },
      { onSuccess: () => form.reset(), onError: (error) => errorAtField(form, error) },
    );
  const link = add.data?.sign_in_link ?? null;
  return (
    <Panel title="Add a member">
      <form className={classes["form"]} style={{ maxWidth: 640 }} onSubmit={form.onSubmit(submit)} noValidate>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <TextInput type="email" label="Email" placeholder="grace@example.com" {...form.getInputProps("email")} />
          <NativeSelect
            label="Role"
            data={Object.entries(ROLES).map(([value, label]) => ({ value, label }))}
            {...form.getInputProps("role")}
          />
        </SimpleGrid>
        <FormError error={add.error} fields={["email", "role"]} />
        <div>
          <Button type="submit" size="xs" loading={add.isPending}>
            Add member
          </Button>
        </div>
        {add.data !== undefined && (
          <Alert variant="light" role="status">
            {link === null
              ? `${add.data.email} is a member now and signs in as before.`
              : `${add.data.email} is a member now. Give them this link; it signs them in once, within 24 hours:`}
          </Alert>
        )}
        {link !== null && <Snippet code={new URL(link, window.location.origin).toString()} label="Sign-in link" />}
      </form>
    </Panel>
  );
}
