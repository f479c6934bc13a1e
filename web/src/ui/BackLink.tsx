import { IconArrowLeft } from "@tabler/icons-react";
import { Link } from "react-router";
import classes from "./BackLink.module.css";

/** Leads to the page above this one. */
export function BackLink({ to, children }: { to: string; children: string }) {
  return (
    <Link to={to} className={classes["back"] ?? ""}>
      <IconArrowLeft size={14} aria-hidden /> {children}
    </Link>
  );
}
