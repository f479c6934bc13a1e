import { Alert, Button, Skeleton } from "@mantine/core";
import {
  IconArrowBigDownLine,
  IconArrowBigUpLine,
  IconArrowsLeftRight,
  IconEqual,
  IconHourglass,
} from "@tabler/icons-react";
import { Link } from "react-router";
import { useHref } from "../../state/useHref";
import { Failure } from "../../ui/Failure";
import { Panel } from "../../ui/Panel";
import { promptPath } from "../../ui/promptPath";
import classes from "./Compare.module.css";
import type { Subject, VersionVerdict } from "./subjects";
import { useVerdict } from "./useVerdict";

const MARKS: Record<VersionVerdict["decision"], { icon: typeof IconEqual; colour: string }> = {
  better: { icon: IconArrowBigUpLine, colour: "teal" },
  worse: { icon: IconArrowBigDownLine, colour: "red" },
  mixed: { icon: IconArrowsLeftRight, colour: "yellow" },
  no_difference: { icon: IconEqual, colour: "gray" },
  too_few: { icon: IconHourglass, colour: "gray" },
};

interface Props {
  prompt: string;
  /** Two versions, or none: the two newest. */
  versions: readonly Subject[];
}

/** Whether the newer version is better, in one sentence with its figures. */
export function VerdictPanel({ prompt, versions }: Props) {
  const asked = versions.flatMap(({ version }) => version ?? []);
  const verdict = useVerdict(prompt, asked.length === 2 ? asked : null);
  const href = useHref();
  const { data, error } = verdict;
  return (
    <Panel title="Is the newer version better?">
      {data === undefined && error === null && <Skeleton height={70} m="sm" w="auto" />}
      {data === undefined && error !== null && (
        <Failure what="The versions could not be compared" error={error} onRetry={() => void verdict.refetch()} />
      )}
      {data !== undefined && <Answer verdict={data} deployHref={href(promptPath(prompt), { tab: "deployments" })} />}
    </Panel>
  );
}

function Answer({ verdict, deployHref }: { verdict: VersionVerdict; deployHref: string }) {
  const { icon: Icon, colour } = MARKS[verdict.decision];
  return (
    <Alert color={colour} variant="light" icon={<Icon aria-hidden />} className={classes["verdict"] ?? ""}>
      <ul className={classes["lines"]}>
        {verdict.lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <strong>{verdict.sentence}</strong>
      {(verdict.decision === "better" || verdict.decision === "worse") && (
        <div>
          <Button component={Link} to={deployHref} size="xs" variant="default" mt="xs">
            See deployments
          </Button>
        </div>
      )}
    </Alert>
  );
}
