import { useCatalogue } from "../../../api/useCatalogue";
import { SortHeader, type Sort } from "../../../ui/SortHeader";
import { Table } from "../../../ui/Table";
import type { PromptLine } from "./lines";
import classes from "./Prompts.module.css";
import { PromptsRow } from "./PromptsRow";
import { COLUMNS } from "./usePromptMetrics";

interface Props {
  lines: readonly PromptLine[];
  sort: Sort;
  onSort: (sort: Sort) => void;
  partialLast: boolean;
  stale: boolean;
}

export function PromptsTable({ lines, sort, onSort, partialLast, stale }: Props) {
  const { data: catalogue } = useCatalogue();
  const given = { sort, onSort };
  return (
    <Table label="Prompts" busy={stale} className={classes["table"]}>
      <thead>
        <tr>
          <SortHeader label="Prompt" by="name" text className={classes["name"]} {...given} />
          <th scope="col">Served</th>
          {COLUMNS.map((key) => (
            <SortHeader
              key={key}
              label={catalogue?.get(key)?.label ?? ""}
              by={key}
              className={classes["number"]}
              {...given}
            />
          ))}
          <th scope="col">Versions in use</th>
          <SortHeader label="Changed" by="changed" {...given} />
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <PromptsRow key={line.name} line={line} partialLast={partialLast} />
        ))}
      </tbody>
    </Table>
  );
}
