import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import classes from "./SortHeader.module.css";

export interface Sort {
  /** Key of the column. */
  by: string;
  descending: boolean;
}

interface Props {
  label: string;
  by: string;
  sort: Sort;
  onSort: (sort: Sort) => void;
  /** Names begin with A, numbers with the largest. */
  text?: boolean;
  className?: string | undefined;
}

/** The head of a column that rows can be sorted by; again turns them round. */
export function SortHeader({ label, by, sort, onSort, text = false, className }: Props) {
  const active = sort.by === by;
  const Icon = sort.descending ? IconArrowDown : IconArrowUp;
  return (
    <th scope="col" className={className} aria-sort={active ? (sort.descending ? "descending" : "ascending") : "none"}>
      <button
        type="button"
        className={classes["sort"]}
        onClick={() => onSort({ by, descending: active ? !sort.descending : !text })}
      >
        {label}
        {active && <Icon size={13} aria-hidden />}
      </button>
    </th>
  );
}
