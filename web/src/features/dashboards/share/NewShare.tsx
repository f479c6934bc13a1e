import { Alert, Button, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { ApiError } from "../../../api/client";
import { FormError } from "../../../ui/FormError";
import { Snippet } from "../../../ui/Snippet";
import classes from "./Share.module.css";
import { useShareWrite } from "./useShareWrite";

const DAYS = [
  { value: "1", label: "1 day" },
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "1 year" },
];

/** Makes a link, and shows it the one time it can be shown. */
export function NewShare({ dashboard }: { dashboard: string }) {
  const create = useShareWrite(dashboard);
  const [days, setDays] = useState("30");
  const [note, setNote] = useState("");
  const made = create.data?.path ?? null;
  if (made !== null) {
    return (
      <Stack gap="xs">
        <Alert variant="light">Copy the link now: it is shown only this once.</Alert>
        <Snippet code={`${window.location.origin}${made}`} label="Link to the dashboard" />
        <div>
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              create.reset();
              setNote("");
            }}
          >
            Make another link
          </Button>
        </div>
      </Stack>
    );
  }
  const refused = create.error instanceof ApiError && create.error.field === "note" ? create.error.message : null;
  return (
    <form
      className={classes["new"]}
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate({ path: "", method: "POST", body: { expires_in_days: Number(days), note: note.trim() } });
      }}
    >
      <TextInput
        className={classes["note"] ?? ""}
        label="Note"
        description="Who it is for; only you and your colleagues read it."
        maxLength={200}
        value={note}
        error={refused}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <NativeSelect
        label="Works for"
        data={DAYS}
        value={days}
        onChange={(event) => setDays(event.currentTarget.value)}
      />
      <Button type="submit" loading={create.isPending}>
        Create link
      </Button>
      <div className={classes["error"]}>
        <FormError error={create.error} fields={["note"]} />
      </div>
    </form>
  );
}
