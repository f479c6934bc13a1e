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

/** By what is better of the metric: an arrow says where it went. */
const ICONS: Record<Versus["verdict"], Record<Props["better"], Icon>> = {
  unclear: { up: IconHelp, down: IconHelp },
  equal: { up: IconEqual, down: IconEqual },
  holds: { up: IconShieldCheck, down: IconShieldCheck },
  better: { up: IconArrowUpRight, down: IconArrowDownRight },
  worse: { up: IconArrowDownRight, down: IconArrowUpRight },
};

/** What a comparison says: icon, word and colour. */
export function VersusMark({ versus, better }: Props) {
  const { word, tone } = VERSUS_WORD[versus.verdict];
  const Mark = ICONS[versus.verdict][better];
  return (
    <span className={marks["mark"]} data-tone={tone}>
      <Mark size={14} aria-hidden /> {word}
    </span>
  );
}
