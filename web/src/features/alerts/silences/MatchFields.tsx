import { Button, Input } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useFields } from "../../../api/useFields";
import { MatchRow } from "./MatchRow";
import type { MatchValues } from "./values";

const MOST = 20;

interface Props {
  match: readonly MatchValues[];
  error: string | null;
  onChange: (match: MatchValues[]) => void;
}

/** To which prompts, models and the like a silence is narrowed. */
export function MatchFields({ match, error, onChange }: Props) {
  const { data } = useFields();
  const dimensions = data?.dimensions ?? [];
  const used = new Set(match.map(({ dimension }) => dimension));
  return (
    <Input.Wrapper size="xs" label="Only alerts about" component="div" labelElement="div" error={error}>
      {match.map((one, place) => (
        <MatchRow
          key={place}
          number={place + 1}
          dimensions={dimensions.filter(({ key }) => key === one.dimension || !used.has(key))}
          match={one}
          onChange={(next) => onChange(match.map((other, at) => (at === place ? next : other)))}
          onRemove={() => onChange(match.filter((_, at) => at !== place))}
        />
      ))}
      {match.length < MOST && (
        <div>
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconPlus size={13} aria-hidden />}
            onClick={() =>
              onChange([
                ...match,
                { dimension: dimensions.find(({ key }) => !used.has(key))?.key ?? "prompt_id", values: [] },
              ])
            }
          >
            Add a field
          </Button>
        </div>
      )}
    </Input.Wrapper>
  );
}
