import { Button, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useMutation } from "@tanstack/react-query";
import { useApi } from "../../../api/ApiContext";
import type { RedactionPreviewed, RedactionWanted } from "../../../api/types";
import { format } from "../../../format/number";
import { useProject } from "../../../state/ProjectContext";
import { FormError } from "../../../ui/FormError";

/** Shows how a text would be stored, with what is on the form. */
export function RedactionPreview({ redaction }: { redaction: RedactionWanted }) {
  const api = useApi();
  const { id } = useProject();
  const [text, setText] = useState("");
  const tried = useMutation<RedactionPreviewed>({
    mutationFn: async () =>
      (
        await api<RedactionPreviewed>("/retention/redaction/preview", {
          method: "POST",
          params: { project: id },
          body: { text, redaction },
        })
      ).data,
  });
  const found = tried.data === undefined ? [] : Object.entries(tried.data.replaced);
  return (
    <>
      <Textarea
        label="Try it"
        description="With what is on this form. Nothing of it is stored."
        placeholder="I am cust-123456, my card is 4111 1111 1111 1111"
        autosize
        minRows={2}
        maxRows={8}
        maxLength={20_000}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          tried.reset();
        }}
      />
      <FormError error={tried.error} fields={[]} />
      <div>
        <Button
          size="xs"
          variant="default"
          loading={tried.isPending}
          disabled={text === ""}
          onClick={() => tried.mutate()}
        >
          Show what is stored
        </Button>
      </div>
      {tried.data !== undefined && (
        <div role="status">
          <Text size="sm" fw={600}>
            {found.length === 0
              ? "Nothing is taken out"
              : `Taken out: ${found.map(([name, n]) => `${name} (${format(n, "count")})`).join(", ")}`}
          </Text>
          <Text size="sm" ff="monospace" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
            {tried.data.text}
          </Text>
        </div>
      )}
    </>
  );
}
