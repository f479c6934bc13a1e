import { Link } from "react-router";
import type { Suggestion } from "../../api/costs";
import { format } from "../../format/number";
import { useHref } from "../../state/useHref";
import { promptPath } from "../../ui/promptPath";
import classes from "./Costs.module.css";

/** One way to spend less: what was found, what it would save, where. */
export function SuggestionCard({ suggestion }: { suggestion: Suggestion }) {
  const href = useHref();
  const { kind, title, detail, saving_usd: saving, prompt_id: prompt, model, facts } = suggestion;
  const calls = href(
    "/calls",
    { model, ...(kind === "costly_failures" ? { status: "error" } : {}) },
    prompt === null ? {} : { prompts: [prompt] },
  );
  return (
    <li className={classes["card"]}>
      <h3>{title}</h3>
      {saving !== null && <div className={classes["saving"]}>{format(saving, "usd")} a month</div>}
      <p>{detail}</p>
      <dl className={classes["facts"]}>
        {facts.map(({ label, value, unit }) => (
          <Fact key={label} label={label} value={format(value, unit)} />
        ))}
      </dl>
      <div className={classes["foot"]}>
        <Link to={calls} aria-label={`See the calls: ${title}`}>
          See the calls
        </Link>
        {prompt !== null && <Link to={href(promptPath(prompt))}>Open {prompt}</Link>}
      </div>
    </li>
  );
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </>
  );
}
