import { IconAlertTriangle, IconCircleCheck, IconHelpCircle } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Check } from "../../api/diagnosis";
import { useHref } from "../../state/useHref";
import { Mark } from "../../ui/Mark";
import classes from "./Diagnosis.module.css";
import { leadOf } from "./links";

const STATES = {
  found: { tone: "warning", icon: IconAlertTriangle, word: "Found" },
  fine: { tone: "healthy", icon: IconCircleCheck, word: "Fine" },
  unknown: { tone: "info", icon: IconHelpCircle, word: "Cannot tell" },
} as const;

/** One check: what was looked at, what was found, what to do about it, and where it is seen. */
export function CheckItem({ check }: { check: Check }) {
  const href = useHref();
  const { tone, icon, word } = STATES[check.state];
  const lead = leadOf(check);
  return (
    <li className={classes["check"]} data-state={check.state}>
      <div className={classes["state"]}>
        <Mark tone={tone} icon={icon}>
          {word}
        </Mark>
      </div>
      <div className={classes["words"]}>
        <h3>{check.title}</h3>
        <p>{check.text}</p>
        {check.advice !== "" && <p className={classes["advice"]}>{check.advice}</p>}
      </div>
      {lead !== null && (
        <Link to={addressOf(href, lead, check)} className={classes["lead"] ?? ""}>
          {lead.label}
        </Link>
      )}
    </li>
  );
}

/** Versions to compare are named one by one. */
function addressOf(
  href: ReturnType<typeof useHref>,
  lead: NonNullable<ReturnType<typeof leadOf>>,
  check: Check,
): string {
  const address = href(lead.path, lead.params, lead.of);
  if (lead.path !== "/compare") return address;
  return (check.versions ?? []).reduce((to, version) => `${to}&version=${encodeURIComponent(version)}`, address);
}
