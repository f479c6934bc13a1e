import { Button, JsonInput, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useApi } from "../../../api/ApiContext";
import type { Experiment, Explanation } from "../../../api/experiments";
import { useProject } from "../../../state/ProjectContext";
import { FormError } from "../../../ui/FormError";
import { Panel } from "../../../ui/Panel";
import { contextOf } from "./context";
import classes from "./Explain.module.css";
import { ExplainAnswer } from "./ExplainAnswer";

/** Why did this user get this variant? Asking assigns nobody. */
export function ExplainPanel({ experiment }: { experiment: Experiment }) {
  const api = useApi();
  const { id: project } = useProject();
  const [who, setWho] = useState("");
  const [json, setJson] = useState("");
  const word = experiment.unit === "user" ? "User" : "Session";
  const context = contextOf(experiment.unit, who, json);
  const problem = "problem" in context ? context.problem : null;
  const explain = useMutation<Explanation, Error, Record<string, unknown>>({
    mutationFn: async (given) => {
      const request = { method: "POST", params: { project }, body: { context: given } } as const;
      return (await api<Explanation>(`/experiments/${experiment.id}/explain`, request)).data;
    },
  });
  return (
    <Panel title={`Why did this ${experiment.unit} get this variant?`} note="asking assigns nobody">
      <form
        className={classes["form"]}
        onSubmit={(event) => {
          event.preventDefault();
          if ("context" in context) explain.mutate(context.context);
        }}
      >
        <TextInput
          size="xs"
          label={`${word} id`}
          placeholder={experiment.unit === "user" ? "user-42" : "session-7"}
          value={who}
          onChange={(event) => setWho(event.currentTarget.value)}
        />
        <JsonInput
          size="xs"
          label="Further context, JSON"
          placeholder='{"plan": "pro"}'
          autosize
          minRows={1}
          maxRows={8}
          value={json}
          error={problem}
          onChange={setJson}
        />
        <Button type="submit" size="xs" loading={explain.isPending} disabled={problem !== null}>
          Explain
        </Button>
      </form>
      <div className={classes["answer"]} aria-live="polite">
        <FormError error={explain.error} fields={[]} />
        {explain.data !== undefined && <ExplainAnswer explanation={explain.data} experiment={experiment} />}
      </div>
    </Panel>
  );
}
