import { Button } from "@mantine/core";
import { Link } from "react-router";
import { useHref } from "../../state/useHref";
import { numbersText, type Numbers } from "./scoreNumbers";
import classes from "./Settings.module.css";

interface Props {
  score: string;
  numbers: Numbers;
  mayChange: boolean;
}

/** A score and what its texts count as. */
export function ScoreRow({ score, numbers, mayChange }: Props) {
  const href = useHref();
  return (
    <tr>
      <th scope="row">{score}</th>
      <td className={classes["wrap"]}>{numbersText(numbers)}</td>
      <td className={classes["number"]}>
        {mayChange && (
          <Button
            component={Link}
            to={href("/settings/scores", { score })}
            replace
            size="compact-xs"
            variant="default"
            aria-label={`Change the numbers of ${score}`}
          >
            Change
          </Button>
        )}
      </td>
    </tr>
  );
}
