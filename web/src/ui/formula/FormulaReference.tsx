import { Skeleton, TextInput } from "@mantine/core";
import { useState } from "react";
import { useFields } from "../../api/useFields";
import { useScoreNames } from "../../api/useScoreNames";
import { Failure } from "../Failure";
import classes from "./Formula.module.css";
import { scoreReference } from "./scoreReference";

/** The functions and fields of formulas; a click writes one into the formula. */
export function FormulaReference({ onPick }: { onPick: (text: string) => void }) {
  const { data, error, refetch } = useFields();
  const { data: scores } = useScoreNames();
  const [search, setSearch] = useState("");
  if (data === undefined) {
    return error === null ? (
      <Skeleton height={120} />
    ) : (
      <Failure what="The fields could not be loaded" error={error} onRetry={() => void refetch()} />
    );
  }
  const sought = search.trim().toLowerCase();
  const has = (...texts: string[]) => texts.some((text) => text.toLowerCase().includes(sought));
  const functions = data.functions.filter(({ name, signature, description }) => has(name, signature, description));
  const fields = data.fields.filter(({ key, label }) => has(key, label));
  const named = Object.keys(scores?.types ?? {}).filter((name) => has(`score.${name}`));
  return (
    <div className={classes["reference"]}>
      <TextInput
        size="xs"
        type="search"
        aria-label="Find a function or a field"
        placeholder="Find a function or a field"
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      <div className={classes["entries"]} tabIndex={0} role="region" aria-label="Functions and fields">
        {functions.map(({ name, signature, description }) => (
          <button key={name} type="button" className={classes["entry"]} onClick={() => onPick(`${name}(`)}>
            <code>{signature}</code>
            <span>{description}</span>
          </button>
        ))}
        {fields.map(({ key, label, type }) => (
          <button key={key} type="button" className={classes["entry"]} onClick={() => onPick(key)}>
            <code>{key}</code>
            <span>
              {label}, {type}
            </span>
          </button>
        ))}
        {named.map((name) => (
          <button key={name} type="button" className={classes["entry"]} onClick={() => onPick(scoreReference(name))}>
            <code>{scoreReference(name)}</code>
            <span>score</span>
          </button>
        ))}
        {functions.length + fields.length + named.length === 0 && (
          <p className={classes["none"]}>Nothing of this name</p>
        )}
      </div>
      <p className={classes["none"]}>
        A condition goes inside the parentheses: <code>count(status = &apos;error&apos;)</code>,{" "}
        <code>avg(latency_ms where model = &apos;m&apos;)</code>. Combine with + - * / and{" "}
        <code>if_empty(expression, 0)</code>; a division by nothing is no data. Properties are{" "}
        <code>properties.plan</code>.
      </p>
    </div>
  );
}
