import { Button, Collapse, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBook2, IconCircleCheck } from "@tabler/icons-react";
import { useId, useRef } from "react";
import type { FormulaCheck } from "../../api/useFormulaCheck";
import { FaultLines } from "./FaultLines";
import classes from "./Formula.module.css";
import { FormulaReference } from "./FormulaReference";

interface Props {
  label: string;
  value: string;
  onChange: (formula: string) => void;
  /** What the API says of `value`. */
  check: FormulaCheck;
  /** What is wrong beside the formula itself. */
  error?: string | null;
}

/** A formula that is checked as it is typed: what is wrong is underlined, with the words and fields there are at hand. */
export function FormulaInput({ label, value, onChange, check, error = null }: Props) {
  const [opened, reference] = useDisclosure(false);
  const input = useRef<HTMLTextAreaElement>(null);
  const below = useId();
  const { data, settled } = check;
  const problem = data?.problem ?? null;
  const insert = (text: string) => {
    const at = input.current;
    const from = at?.selectionStart ?? value.length;
    const to = at?.selectionEnd ?? value.length;
    onChange(value.slice(0, from) + text + value.slice(to));
    requestAnimationFrame(() => {
      at?.focus();
      at?.setSelectionRange(from + text.length, from + text.length);
    });
  };
  return (
    <div className={classes["formula"]}>
      <Textarea
        ref={input}
        label={label}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={2000}
        spellCheck={false}
        autoCapitalize="off"
        autoCorrect="off"
        classNames={{ input: classes["input"] ?? "" }}
        placeholder="100 * count(score.feedback = 'positive') / count(score.feedback)"
        value={value}
        error={error ?? (problem !== null && settled)}
        aria-describedby={below}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <div id={below} className={classes["below"]} aria-live="polite">
        {value.trim() !== "" && problem !== null && settled && <FaultLines formula={value} problem={problem} />}
        {value.trim() !== "" && data !== undefined && problem === null && settled && (
          <span className={classes["right"]}>
            <IconCircleCheck size={14} aria-hidden /> Understood
            {data.reads.length > 0 && `; reads ${data.reads.join(", ")}`}
          </span>
        )}
        {check.error !== null && <span className={classes["wrong"]}>{check.error.message}</span>}
      </div>
      <div>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          aria-expanded={opened}
          leftSection={<IconBook2 size={14} aria-hidden />}
          onClick={reference.toggle}
        >
          {opened ? "Hide functions and fields" : "Functions and fields"}
        </Button>
      </div>
      <Collapse expanded={opened}>{opened && <FormulaReference onPick={insert} />}</Collapse>
    </div>
  );
}
