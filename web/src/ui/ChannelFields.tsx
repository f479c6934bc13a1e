import { Checkbox, Input, MultiSelect } from "@mantine/core";
import { Link } from "react-router";
import type { Channel } from "../api/channels";
import { useWatchRead } from "../api/useWatchRead";
import { useHref } from "../state/useHref";

interface Props {
  /** Ids; null: those that the project has for the severity. */
  channels: readonly string[] | null;
  error?: string | null | undefined;
  onChange: (channels: string[] | null) => void;
}

/** Where its messages go: as the project says, or to channels of its own. */
export function ChannelFields({ channels, error = null, onChange }: Props) {
  const href = useHref();
  const { data: known = [] } = useWatchRead<Channel[]>("/channels");
  return (
    <Input.Wrapper size="xs" label="Channels" component="div" labelElement="div" error={channels === null && error}>
      <Checkbox
        size="xs"
        my={4}
        label={
          <>
            Those of the project for its severity (<Link to={href("/settings/channels")}>see them</Link>)
          </>
        }
        checked={channels === null}
        onChange={(event) => onChange(event.currentTarget.checked ? null : [])}
      />
      {channels !== null && (
        <MultiSelect
          size="xs"
          aria-label="Channels of its own"
          placeholder={channels.length === 0 ? "Choose channels" : ""}
          nothingFoundMessage="No such channel"
          searchable
          data={known.map(({ id, name }) => ({ value: id, label: name }))}
          value={[...channels]}
          error={error}
          onChange={onChange}
        />
      )}
    </Input.Wrapper>
  );
}
