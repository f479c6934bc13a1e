import { Button } from "@mantine/core";
import { IconRefreshDot } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import type { Repricing } from "../../api/costs";
import { costs } from "../../api/keys";
import { useProject } from "../../state/ProjectContext";
import { Empty } from "../../ui/Empty";
import { Panel } from "../../ui/Panel";
import { RowsState } from "../../ui/RowsState";
import { Table } from "../../ui/Table";
import classes from "./Costs.module.css";
import { RepricingForm, type RepricingChoice } from "./RepricingForm";
import { RepricingRow } from "./RepricingRow";

const AGAIN_MS = 1000;

interface Props {
  /** What the form is about; null where it is closed. */
  choice: RepricingChoice | null;
  onChoice: (choice: RepricingChoice | null) => void;
}

/** Prices stored calls anew: starts it, shows how far it is, and what was done before. */
export function RepricingPanel({ choice, onChoice }: Props) {
  const api = useApi();
  const { id, role } = useProject();
  const jobs = useQuery<Repricing[]>({
    queryKey: [...costs(id), "repricings"],
    queryFn: async ({ signal }) =>
      (await api<Repricing[]>("/costs/repricings", { params: { project: id }, signal })).data,
    refetchInterval: ({ state }) => (state.data?.some(isUnderWay) === true ? AGAIN_MS : false),
  });
  return (
    <Panel
      id="repricings"
      title="Price stored calls anew"
      note="with the prices of now; costs that clients gave stay"
      actions={
        role !== "viewer" &&
        choice === null && (
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconRefreshDot size={14} aria-hidden />}
            onClick={() => onChoice({ model: null, provider: null, start: null })}
          >
            Price calls anew
          </Button>
        )
      }
    >
      {choice !== null && (
        <RepricingForm
          key={`${choice.provider ?? ""} ${choice.model ?? ""}`}
          choice={choice}
          onDone={() => onChoice(null)}
        />
      )}
      <RowsState
        what="What was priced anew"
        rows={jobs.data}
        error={jobs.error}
        onRetry={() => void jobs.refetch()}
        empty={
          choice === null ? (
            <Empty title="Nothing was priced anew yet">
              After a price was added or corrected, calls that are stored already get it here.
            </Empty>
          ) : null
        }
      >
        <Table label="Priced anew" className={classes["table"]}>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Calls</th>
              <th scope="col">Progress</th>
              <th scope="col" className={classes["number"]}>
                Changed
              </th>
              <th scope="col" className={classes["number"]}>
                Before
              </th>
              <th scope="col" className={classes["number"]}>
                After
              </th>
              <th scope="col">Reason</th>
            </tr>
          </thead>
          <tbody>
            {jobs.data?.map((job) => (
              <RepricingRow key={job.id} job={job} now={jobs.dataUpdatedAt} />
            ))}
          </tbody>
        </Table>
      </RowsState>
    </Panel>
  );
}

function isUnderWay({ status }: Repricing): boolean {
  return status === "queued" || status === "running";
}
