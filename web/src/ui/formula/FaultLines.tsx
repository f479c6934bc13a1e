import type { FormulaProblem } from "../../api/dashboards";
import { faultOf } from "../metricChoices";
import classes from "./Formula.module.css";

interface Props {
  formula: string;
  problem: FormulaProblem;
}

/** The line with the fault, what is wrong of it underlined, and what to do. */
export function FaultLines({ formula, problem }: Props) {
  const { line, before, length } = faultOf(formula, problem.position, problem.length);
  const wrong = line.slice(before, before + length);
  return (
    <>
      <pre className={classes["fault"]} aria-hidden>
        {line.slice(0, before)}
        <mark className={classes["mark"]}>{wrong === "" ? " " : wrong}</mark>
        {line.slice(before + length)}
        {"\n"}
        {" ".repeat(before)}
        <span className={classes["caret"]}>{"^".repeat(length)}</span>
      </pre>
      <span className={classes["wrong"]}>
        Character {problem.position + 1}: {problem.message}
      </span>
    </>
  );
}
