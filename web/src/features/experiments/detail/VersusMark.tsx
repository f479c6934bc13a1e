import { IconArrowDownRight, IconArrowUpRight, IconEqual, IconHelp } from "@tabler/icons-react";
import type { Versus } from "../../../api/experiments";
import marks from "../Marks.module.css";
import { VERSUS_WORD } from "./verdicts";

interface Props {
  versus: Versus;
  better: "up" | "down";
}

/** What a comparison says: icon, word and colour. */
export function VersusMark({ versus, better }: Props) {
  const { word, tone } = VERSUS_WORD[versus.verdict];
  const up = (versus.verdict === "better") === (better === "up");
  const Icon =
    versus.verdict === "unclear"
      ? IconHelp
      : versus.verdict === "equal"
        ? IconEqual
        : up
          ? IconArrowUpRight
          : IconArrowDownRight;
  return (
    <span className={marks["mark"]} data-tone={tone}>
      <Icon size={14} aria-hidden /> {word}
    </span>
  );
}
