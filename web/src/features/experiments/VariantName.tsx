import { Swatch } from "../../ui/Swatch";
import classes from "./VariantName.module.css";

interface Props {
  /** Place among the experiment's variants: its colour everywhere. */
  place: number;
  name: string;
  note?: string;
}

/** A variant by its colour and its name. */
export function VariantName({ place, name, note }: Props) {
  return (
    <span className={classes["variant"]}>
      <Swatch place={place} />
      <span className={classes["name"]} title={name}>
        {name}
      </span>
      {note !== undefined && <span className={classes["note"]}>{note}</span>}
    </span>
  );
}
