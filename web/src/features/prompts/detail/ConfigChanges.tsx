import type { PromptDiff } from "../../../api/types";
import { NO_DATA } from "../../../format/number";
import classes from "./Diff.module.css";

/** What changed in the configuration. */
export function ConfigChanges({ changes }: { changes: PromptDiff["config"] }) {
  return (
    <div className={classes["scroll"]} tabIndex={0} role="region" aria-label="Changes of the configuration">
      <table className={classes["keys"]}>
        <thead>
          <tr>
            <th scope="col">Setting</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ key, old, new: next, kind }) => (
            <tr key={key}>
              <th scope="row">{key}</th>
              <td>{kind === "added" ? NO_DATA : <code>{JSON.stringify(old)}</code>}</td>
              <td>{kind === "removed" ? NO_DATA : <code>{JSON.stringify(next)}</code>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
