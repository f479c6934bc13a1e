import { Select } from "@mantine/core";
import { useNavigate, useSearchParams } from "react-router";
import { useScoreNames } from "../../api/useScoreNames";
import type { ScoreMappings } from "../../api/types";
import { useHref } from "../../state/useHref";
import { Empty } from "../../ui/Empty";
import { Panel } from "../../ui/Panel";
import { RowsState } from "../../ui/RowsState";
import { NumbersOfScore } from "./NumbersOfScore";
import { numbersOf, scoresWithTexts } from "./scoreNumbers";
import classes from "./Settings.module.css";

/** Gives the texts of a score numbers; the address names the score (`?score=`). */
export function NumbersPanel({ mappings }: { mappings: ScoreMappings }) {
  const names = useScoreNames();
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const href = useHref();
  const scores = names.data === undefined ? undefined : scoresWithTexts(names.data, mappings);
  const score = scores?.find((name) => name === params.get("score"));
  return (
    <Panel title="Give texts numbers">
      <RowsState
        what="The scores"
        rows={scores}
        error={names.error}
        onRetry={() => void names.refetch()}
        empty={
          <Empty title="No score is a text">Scores of the type “string” are here to choose once one has arrived.</Empty>
        }
      >
        <div className={classes["form"]} style={{ maxWidth: 560 }}>
          <Select
            label="Score"
            placeholder="Choose one"
            searchable
            allowDeselect={false}
            data={scores ?? []}
            value={score ?? null}
            onChange={(name) => void navigate(href("/settings/scores", { score: name }), { replace: true })}
          />
          {score !== undefined && <NumbersOfScore key={score} score={score} numbers={numbersOf(mappings, score)} />}
        </div>
      </RowsState>
    </Panel>
  );
}
