import { Autocomplete, Button, Checkbox, Group, Modal, Radio, Stack, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { ApiError } from "../../../api/client";
import type { Conclude, Experiment, Results } from "../../../api/experiments";
import { FormError } from "../../../ui/FormError";
import { useExperimentWrite } from "../useExperimentWrite";
import { usePrompts } from "../../prompts/usePrompts";
import { VariantName } from "../VariantName";
import { versionWord } from "../words";
import { concludeWord, suggestedWinner } from "./conclusion";
import { useFound } from "./useFound";

const NONE = "none";
const FIELDS = ["winner", "reason", "environment"] as const;

interface Props {
  experiment: Experiment;
  onClose: () => void;
}

/** Ends an experiment: the winner, why, and whether all are served its version from now on. One click does it all. */
export function ConcludeDialog({ experiment, onClose }: Props) {
  const write = useExperimentWrite();
  const results = useFound<Results>({ id: experiment.id, part: "results", params: { method: "sequential" } });
  const prompts = usePrompts({ archived: false });
  const [chosen, setChosen] = useState<string | null>(null);
  const [deploy, setDeploy] = useState(true);
  const [environment, setEnvironment] = useState("production");
  const [reason, setReason] = useState("");
  const verdict = results.data?.verdict;
  const suggested = suggestedWinner(verdict, experiment);
  // until a person chooses, it follows the verdict
  const choice = chosen ?? suggested ?? NONE;
  const winner = experiment.variants.find(({ id }) => id === choice) ?? null;
  const prompt = prompts.data?.rows.find(({ name }) => name === winner?.prompt);
  const served = prompt?.deployed[environment];
  const environments = [
    ...new Set(["production", ...(prompts.data?.rows ?? []).flatMap((one) => Object.keys(one.deployed))]),
  ];
  const wrong = environment.trim() === "" ? "Name the environment" : null;
  const conclude = () => {
    const body: Conclude = {
      winner: winner?.id ?? null,
      reason: reason.trim(),
      deploy: winner !== null && deploy,
      environment: environment.trim(),
    };
    write.mutate(
      { path: `/${experiment.id}/conclude`, method: "POST", body },
      {
        onSuccess: () => {
          onClose();
          notifications.show({
            message:
              winner !== null && deploy
                ? `Concluded: ${versionWord(winner)} is deployed to ${body.environment}`
                : `“${experiment.title}” is concluded`,
          });
        },
      },
    );
  };
  const refused = write.error instanceof ApiError ? write.error : null;
  return (
    <Modal opened onClose={onClose} size="lg" title={`Conclude “${experiment.title}”`}>
      <Stack gap="md">
        {verdict !== undefined && (
          <Text>
            The verdict is <strong>{verdict.title}</strong>
            {verdict.reasons[0] === undefined ? "." : `: ${verdict.reasons[0]}`}
          </Text>
        )}
        <Radio.Group
          label="Winner"
          value={choice}
          onChange={setChosen}
          error={refused?.field === "winner" ? refused.message : undefined}
        >
          <Stack gap={8} mt={6}>
            {experiment.variants.map((variant, place) => (
              <Radio
                key={variant.id}
                value={variant.id}
                label={
                  <VariantName
                    place={place}
                    name={variant.name}
                    note={`${versionWord(variant)}${variant.id === suggested ? ", the verdict" : ""}`}
                  />
                }
              />
            ))}
            <Radio value={NONE} label="No winner" />
          </Stack>
        </Radio.Group>
        {winner !== null && (
          <Stack gap={8}>
            <Checkbox
              label={`Serve ${versionWord(winner)} to everybody`}
              description={
                served === undefined
                  ? undefined
                  : served === winner.version
                    ? `It is what ${environment} serves already.`
                    : `${environment} serves v${served} now. You can roll back.`
              }
              checked={deploy}
              onChange={(event) => setDeploy(event.currentTarget.checked)}
            />
            {deploy && (
              <Autocomplete
                size="xs"
                label="Environment"
                data={environments}
                value={environment}
                error={wrong ?? (refused?.field === "environment" ? refused.message : null)}
                onChange={setEnvironment}
              />
            )}
          </Stack>
        )}
        <Textarea
          label={winner === null ? "What did you learn?" : "Why did it win?"}
          description="Kept with the result."
          autosize
          minRows={2}
          maxRows={8}
          value={reason}
          error={refused?.field === "reason" ? refused.message : undefined}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Text c="dimmed">
          Nobody new is assigned. From then on the experiment serves {winner === null ? "the control" : winner.name} to
          all who ask for it. This cannot be undone.
        </Text>
        <FormError error={write.error} fields={FIELDS} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={write.isPending} disabled={deploy && winner !== null && wrong !== null} onClick={conclude}>
            {concludeWord(winner, deploy, environment)}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
