import { useState } from "react";
import classes from "./Diff.module.css";
import { foldedDiff, type DiffLine } from "./fold";

const SIGN = { same: "", added: "+", removed: "−" } as const;
const WORD = { same: "", added: "added", removed: "removed" } as const;

/** Lines side by side with their numbers; a sign and a word tell what a colour tells. */
export function DiffLines({ lines, label }: { lines: readonly DiffLine[]; label: string }) {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  return (
    <div className={classes["scroll"]} tabIndex={0} role="region" aria-label={label}>
      <table className={classes["table"]}>
        <tbody>
          {foldedDiff(lines).map((part, index) =>
            part.kind === "lines" || open.has(index) ? (
              part.lines.map((line) => (
                <tr key={`${line.old_line ?? ""} ${line.new_line ?? ""}`} data-kind={line.kind}>
                  <td className={classes["number"]}>{line.old_line}</td>
                  <td className={classes["number"]}>{line.new_line}</td>
                  <td className={classes["sign"]} aria-label={WORD[line.kind]}>
                    {SIGN[line.kind]}
                  </td>
                  <td className={classes["text"]}>{line.text}</td>
                </tr>
              ))
            ) : (
              <tr key={`fold ${index}`}>
                <td colSpan={4} className={classes["fold"]}>
                  <button type="button" onClick={() => setOpen(new Set([...open, index]))}>
                    Show {part.lines.length} equal lines
                  </button>
                </td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}
