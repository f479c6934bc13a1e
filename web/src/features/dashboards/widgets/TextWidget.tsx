import { MarkdownText } from "../../../ui/MarkdownText";
import classes from "./Widget.module.css";

/** Words of whoever made the dashboard. */
export function TextWidget({ text }: { text: string }) {
  return (
    <div className={classes["text"]} tabIndex={0} role="region" aria-label="Text">
      <MarkdownText text={text} />
    </div>
  );
}
