import { Button, PasswordInput, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { SESSION } from "../../api/keys";
import { useSession } from "../../api/useSession";
import { errorAtField } from "../../ui/errorAtField";
import { FormError } from "../../ui/FormError";
import { Panel } from "../../ui/Panel";
import classes from "./Settings.module.css";
import { useSettingsChange } from "./useSettingsChange";

const SHORTEST = 8;

export function AccountSettings() {
  const { data: session } = useSession();
  const queries = useQueryClient();
  const save = useSettingsChange<unknown>("account");
  const has = session?.user.has_password === true;
  const form = useForm({
    mode: "controlled",
    initialValues: { current_password: "", new_password: "" },
    validateInputOnChange: ["new_password"],
    validate: {
      new_password: (text) => (text.length < SHORTEST ? `At least ${SHORTEST} characters` : null),
    },
  });
  const submit = ({ current_password, new_password }: typeof form.values) =>
    save.mutate(
      {
        path: "/account/password",
        method: "POST",
        body: current_password === "" ? { new_password } : { current_password, new_password },
      },
      {
        onSuccess: () => {
          form.reset();
          notifications.show({ message: has ? "Password changed" : "Password set" });
          void queries.refetchQueries({ queryKey: SESSION });
        },
        onError: (error) => errorAtField(form, error),
      },
    );
  return (
    <Panel title={has ? "Change your password" : "Set a password"}>
      <form className={classes["form"]} onSubmit={form.onSubmit(submit)}>
        <Text c="dimmed">
          You are {session?.user.email}.{!has && " You sign in by links; with a password you can sign in at any time."}
        </Text>
        <input type="text" name="username" autoComplete="username" value={session?.user.email ?? ""} readOnly hidden />
        {has && (
          <PasswordInput
            label="Current password"
            description="Not needed within an hour of signing in by a link."
            autoComplete="current-password"
            {...form.getInputProps("current_password")}
          />
        )}
        <PasswordInput
          label="New password"
          description={`At least ${SHORTEST} characters; a few words are good.`}
          autoComplete="new-password"
          {...form.getInputProps("new_password")}
        />
        <FormError error={save.error} fields={["current_password", "new_password"]} />
        <div>
          <Button type="submit" size="xs" loading={save.isPending}>
            {has ? "Change password" : "Set password"}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
