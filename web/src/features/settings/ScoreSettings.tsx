import { useProject } from "../../state/ProjectContext";
import { Empty } from "../../ui/Empty";
import { Panel } from "../../ui/Panel";
import { RowsState } from "../../ui/RowsState";
import { Table } from "../../ui/Table";
import { NumbersPanel } from "./NumbersPanel";
import { ScoreRow } from "./ScoreRow";
import classes from "./Settings.module.css";
import { useScoreMappings } from "./useScoreMappings";

/** Numbers for the texts of scores. */
export function ScoreSettings() {
  const { role } = useProject();
  const mayEdit = role !== "viewer";
  const mappings = useScoreMappings();
  const rows = mappings.data === undefined ? undefined : Object.entries(mappings.data);
  return (
    <>
      <Panel title="Numbers for texts">
        <p className={classes["lead"]}>
          A score that is a text has no average until its texts have numbers: averages and experiments then use the
          numbers, also for scores that are stored already, and a text without a number stays out.
        </p>
        <RowsState
          what="The numbers"
          rows={rows}
          error={mappings.error}
          onRetry={() => void mappings.refetch()}
          empty={
            <Empty title="No text has a number">
              {mayEdit ? "Choose a score below and give its texts numbers." : "Editors give them here."}
            </Empty>
          }
        >
          <Table label="Numbers for texts" className={classes["table"]}>
            <tbody>
              {rows?.map(([score, numbers]) => (
                <ScoreRow key={score} score={score} numbers={numbers} mayChange={mayEdit} />
              ))}
            </tbody>
          </Table>
        </RowsState>
      </Panel>
      {mayEdit && mappings.isFetchedAfterMount && mappings.data !== undefined && (
        <NumbersPanel mappings={mappings.data} />
      )}
    </>
  );
}
