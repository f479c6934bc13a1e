import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import classes from "./SearchInput.module.css";

interface Props {
  label: string;
  placeholder: string;
  /** To begin with. */
  value: string;
  onSearch: (text: string) => void;
}

/** Searches a list, a moment after the last key. */
export function SearchInput({ label, placeholder, value, onSearch }: Props) {
  const search = useDebouncedCallback(onSearch, 300);
  return (
    <TextInput
      size="xs"
      type="search"
      className={classes["search"] ?? ""}
      aria-label={label}
      placeholder={placeholder}
      leftSection={<IconSearch size={14} aria-hidden />}
      defaultValue={value}
      onChange={(event) => search(event.currentTarget.value)}
    />
  );
}
