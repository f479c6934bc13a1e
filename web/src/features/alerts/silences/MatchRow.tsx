import { ActionIcon, TagsInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useValues } from "../../../api/useValues";
import { FieldPicker } from "../../../ui/filter/FieldPicker";
import classes from "./Silences.module.css";
import type { MatchValues } from "./values";

const NOT_GIVEN = "(not given)";

interface Props {
  number: number;
  dimensions: readonly { key: string; label: string }[];
  match: MatchValues;
  onChange: (match: MatchValues) => void;
  onRemove: () => void;
}

/** A field and the values that are meant. */
export function MatchRow({ number, dimensions, match, onChange, onRemove }: Props) {
  const { data = [] } = useValues(
    match.dimension,
    dimensions.some(({ key }) => key === match.dimension),
  );
  const shown = (value: string | null) => value ?? NOT_GIVEN;
  return (
    <div className={classes["match"]}>
      <FieldPicker
        label={`Field ${number}`}
        labelled={false}
        fields={dimensions}
        value={match.dimension}
        onChange={(dimension) => onChange({ dimension, values: [] })}
      />
      <TagsInput
        size="xs"
        aria-label={`Values of field ${number}`}
        placeholder={match.values.length === 0 ? "Value, then Enter" : ""}
        acceptValueOnBlur
        limit={50}
        data={[...new Set(data.map(shown))]}
        value={match.values.map(shown)}
        onChange={(texts) => onChange({ ...match, values: texts.map((text) => (text === NOT_GIVEN ? null : text)) })}
      />
      <ActionIcon variant="subtle" color="gray" onClick={onRemove} aria-label={`Remove field ${number}`}>
        <IconTrash size={15} aria-hidden />
      </ActionIcon>
    </div>
  );
}
