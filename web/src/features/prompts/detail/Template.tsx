import { segmentsOf } from "../form/template";
import classes from "./Detail.module.css";

/** A template for reading: its variables stand out. */
export function Template({ text, label }: { text: string; label: string }) {
  return (
    <pre className={classes["template"]} tabIndex={0} role="region" aria-label={label}>
      {segmentsOf(text).map(({ text: part, variable }, index) =>
        variable === null ? part : <mark key={index}>{part}</mark>,
      )}
    </pre>
  );
}
