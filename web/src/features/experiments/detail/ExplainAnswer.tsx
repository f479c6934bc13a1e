import { IconCircleCheck, IconCircleDashed, IconCircleX } from "@tabler/icons-react";
import type { Experiment, Explanation } from "../../../api/experiments";
import { colourAt } from "../../../charts/palette";
import { useScheme } from "../../../charts/useScheme";
import { formatExact } from "../../../format/number";
import { VariantName } from "../VariantName";
import classes from "./Explain.module.css";

interface Props {
  explanation: Explanation;
  experiment: Experiment;
}

/** The steps of the decision, and where the hash falls among the weights. */
export function ExplainAnswer({ explanation, experiment }: Props) {
  const scheme = useScheme();
  const { steps, variant_id: id, variant_name: name, enrolled, hash_value: hash, hash_input: input } = explanation;
  const place = experiment.variants.findIndex((variant) => variant.id === id);
  return (
    <>
      <p className={classes["result"]}>
        {name === null ? (
          "Gets no variant."
        ) : (
          <>
            Gets <VariantName place={Math.max(0, place)} name={name} />
            {enrolled ? " and is counted." : " and is not counted."}
          </>
        )}
      </p>
      <ol className={classes["steps"]}>
        {steps.map(({ step, passed, detail }, index) => {
          const Icon = passed === null ? IconCircleDashed : passed ? IconCircleCheck : IconCircleX;
          const said = passed === null ? "not reached:" : passed ? "yes:" : "no:";
          return (
            <li key={`${index} ${step}`} data-passed={String(passed)}>
              <Icon size={15} aria-label={said} />
              <span className={classes["step"]}>{step}</span>
              <span>{detail}</span>
            </li>
          );
        })}
      </ol>
      {hash !== null && (
        <>
          <div
            className={classes["weights"]}
            role="img"
            aria-label={`The hash ${formatExact(hash, "score")} among the weights`}
          >
            {experiment.variants.map((variant, at) => (
              <span
                key={variant.id}
                style={{ width: `${variant.weight}%`, background: colourAt(at, scheme) }}
                title={`${variant.name}: ${variant.weight} %`}
              />
            ))}
            <span className={classes["needle"]} style={{ left: `${hash}%` }} />
          </div>
          {input !== null && (
            <p className={classes["hash"]}>
              SHA-256 of <code>{input}</code> falls at {formatExact(hash, "score")} of 100.
            </p>
          )}
        </>
      )}
    </>
  );
}
