import { CopyButton } from "./CopyButton";
import classes from "./Snippet.module.css";

/** Code to paste somewhere, with the button that copies it. */
export function Snippet({ code, label }: { code: string; label: string }) {
  return (
    <div className={classes["frame"]}>
      <pre className={classes["code"]} tabIndex={0} aria-label={label}>
        {code}
      </pre>
      <div className={classes["copy"]}>
        <CopyButton text={code} label="Copy" />
      </div>
    </div>
  );
}
