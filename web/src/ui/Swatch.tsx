import { colourAt } from "../charts/palette";
import { useScheme } from "../charts/useScheme";
import classes from "./Swatch.module.css";

/** The colour a series has on every chart. `place` is its place in the palette. */
export function Swatch({ place }: { place: number }) {
  return <span className={classes["swatch"]} style={{ background: colourAt(place, useScheme()) }} aria-hidden />;
}
