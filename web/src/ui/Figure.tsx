import { Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { format, formatExact, type Unit } from "../format/number";
import classes from "./Figure.module.css";

interface Props {
  label: string;
  /** undefined: not known yet. */
  value: number | null | undefined;
  unit: Unit;
  /** The calls behind it. */
  href: string;
  /** Below it: what it means, how it changed. */
  children?: ReactNode;
}

/** One number that leads to its calls. */
export function Figure({ label, value, unit, href, children }: Props) {
  return (
    <section className={classes["figure"]} aria-label={label}>
      <h3 className={classes["label"]}>{label}</h3>
      {value === undefined ? (
        <Skeleton height={22} width="60%" my={3} />
      ) : (
        <Link className={classes["value"] ?? ""} to={href} title={`${formatExact(value, unit)}: see the calls`}>
          {format(value, unit)}
        </Link>
      )}
      <div className={classes["note"]}>{children}</div>
    </section>
  );
}
