import { IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { format } from "../../format/number";
import classes from "./Performance.module.css";

/** Whether a latency keeps its target: icon, word and colour. */
export function TargetMark({ value, target }: { value: number | null | undefined; target: number | undefined }) {
  if (target === undefined) return null;
  const words = `target ${format(target, "ms")}`;
  if (value === null || value === undefined) return <>{words}</>;
  const met = value <= target;
  const Icon = met ? IconCircleCheck : IconCircleX;
  return (
    <span className={classes[met ? "met" : "missed"]}>
      <Icon size={14} aria-hidden /> {met ? "within" : "above"} {words}
    </span>
  );
}
