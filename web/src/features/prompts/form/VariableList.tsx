import classes from "./Draft.module.css";
import { unclosed, variablesOf } from "./template";

/** Which variables the texts have, and one that was not finished. */
export function VariableList({ texts }: { texts: readonly string[] }) {
  const names = variablesOf(texts);
  const [open] = texts.flatMap((text) => unclosed(text) ?? []);
  return (
    <div className={classes["variables"]}>
      {names.length === 0 ? (
        <span>No variables. Write {"{{name}}"} where the program is to fill something in.</span>
      ) : (
        <>
          <span>{names.length === 1 ? "Variable:" : "Variables:"}</span>
          {names.map((name) => (
            <code key={name} className={classes["variable"]}>
              {name}
            </code>
          ))}
        </>
      )}
      {open !== undefined && (
        <span className={classes["warning"]} role="status">
          “{open}” is not closed with {"}}"}
        </span>
      )}
    </div>
  );
}
