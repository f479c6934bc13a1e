import {
  IconArrowDownRight,
  IconArrowUpRight,
  IconEqual,
  IconHelp,
  IconShieldCheck,
  type Icon,
} from "@tabler/icons-react";
import type { Versus } from "../../../api/experiments";
import marks from "../Marks.module.css";
import { VERSUS_WORD } from "./verdicts";

interface Props {
  versus: Versus;
  better: "up" | "down";
}

function iconOf(verdict: Versus["verdict"], better: "up" | "down"): Icon {
  switch (verdict) {
    case "unclear":
      return IconHelp;
    case "equal":
      return IconEqual;
    case "holds":
      return IconShieldCheck;
    case "better":
      return better === "up" ? IconArrowUpRight : IconArrowDownRight;
    case "worse":
      return better === "up" ? IconArrowDownRight : IconArrowUpRight;
  }
}

/** What a comparison says: icon, word and colour. */
export function VersusMark({ versus, better }: Props) {
  const { word, tone } = VERSUS_WORD[versus.verdict];
  const Mark = iconOf(versus.verdict, better);
  return (
    <span className={marks["mark"]} data-tone={tone}>
      <Mark size={14} aria-hidden /> {word}
    </span>
  );
}
