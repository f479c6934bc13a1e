import { Input } from "@mantine/core";
import { useId, type ReactNode } from "react";
import { segmentsOf } from "./template";
import classes from "./TemplateInput.module.css";

interface Props {
  label: ReactNode;
  /** Name for readers of text, where `label` is not enough. */
  ariaLabel?: string;
  value: string;
  onChange: (text: string) => void;
  error?: ReactNode;
  placeholder?: string;
  rows?: number;
}

/** A text in which variables stand out while it is written. It grows with what is written. */
export function TemplateInput({ label, ariaLabel, value, onChange, error, placeholder, rows = 6 }: Props) {
  const id = useId();
  return (
    <Input.Wrapper id={id} label={label} error={error}>
      <div className={classes["editor"]} data-error={Boolean(error) || undefined}>
        <pre className={classes["behind"]} aria-hidden>
          {segmentsOf(value).map(({ text, variable }, index) =>
            variable === null ? text : <mark key={index}>{text}</mark>,
          )}
          {"\n"}
        </pre>
        <textarea
          id={id}
          className={classes["text"]}
          rows={rows}
          value={value}
          placeholder={placeholder}
          aria-label={ariaLabel}
          aria-invalid={Boolean(error)}
          aria-describedby={error ? `${id}-error` : undefined}
          spellCheck={false}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      </div>
    </Input.Wrapper>
  );
}
