import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import classes from "./PromptTable.module.css";
import type { Sort } from "./rows";

interface Props {
  label: string;
  by: string;
  sort: Sort;
  onSort: (sort: Sort) => void;
}

export function SortHeader({ label, by, sort, onSort }: Props) {
  const active = sort.by === by;
  const Icon = sort.descending ? IconArrowDown : IconArrowUp;
  return (
    <th scope="col" aria-sort={active ? (sort.descending ? "descending" : "ascending") : "none"}>
      <button
        type="button"
        className={classes["sort"]}
        onClick={() => onSort({ by, descending: active ? !sort.descending : by !== "prompt" })}
      >
        {label}
        {active && <Icon size={13} aria-hidden />}
      </button>
    </th>
  );
}
