import { Link, useSearchParams } from "react-router";
import { useHref } from "../../state/useHref";
import { Page } from "../../ui/Page";
import { PageHead } from "../../ui/PageHead";
import classes from "./Diagnosis.module.css";
import { Findings } from "./Findings";
import { problemOf, PROBLEMS } from "./problems";

/** What is behind a problem that people have: what was checked, what was found, what to do. */
export function Diagnosis() {
  const [params] = useSearchParams();
  const href = useHref();
  const chosen = problemOf(params);
  return (
    <Page>
      <PageHead
        title="Troubleshooting"
        lead="Which problem do you have? The time range is compared with as long a time before it."
      />
      <nav className={classes["problems"]} aria-label="Problems">
        {PROBLEMS.map(({ problem, title, hint }) => (
          <Link
            key={problem}
            to={href("/diagnosis", { problem })}
            className={classes["problem"] ?? ""}
            aria-current={chosen?.problem === problem ? "page" : undefined}
          >
            <strong>{title}</strong>
            <span>{hint}</span>
          </Link>
        ))}
      </nav>
      {chosen !== null && <Findings described={chosen} />}
    </Page>
  );
}
