import { IconList, IconMessage2Code } from "@tabler/icons-react";
import { Link } from "react-router";
import type { MetricInfo } from "../../api/types";
import { useCatalogue } from "../../api/useCatalogue";
import { format, formatExact } from "../../format/number";
import { bandOf } from "../../format/status";
import { useHref } from "../../state/useHref";
import { useView } from "../../state/useView";
import { promptName } from "../../ui/promptName";
import { promptPath } from "../../ui/promptPath";
import { StatusMark } from "../../ui/StatusMark";
import classes from "./PromptTable.module.css";
import type { Row } from "./rows";

interface Props {
  row: Row;
  metrics: readonly MetricInfo[];
}

export function PromptRow({ row: { prompt, values }, metrics }: Props) {
  const href = useHref();
  const { change } = useView();
  const { data: catalogue } = useCatalogue();
  const prompts = [prompt];
  return (
    <tr className={classes["row"]} onClick={() => change({ prompts })}>
      <th scope="row">
        <Link to={href("/", {}, { prompts })} onClick={(event) => event.stopPropagation()}>
          {promptName(prompt)}
        </Link>
      </th>
      {metrics.map(({ key, unit }) => {
        const value = values[key] ?? null;
        const status = bandOf(value, catalogue?.get(key)?.bands);
        return (
          <td key={key} title={formatExact(value, unit)}>
            <span className={classes["cell"]}>
              {status !== null && status !== "healthy" && <StatusMark status={status} />}
              {format(value, unit)}
            </span>
          </td>
        );
      })}
      <td className={classes["links"]}>
        {prompt !== null && (
          <Link
            to={href(promptPath(prompt))}
            aria-label={`Page of ${prompt}`}
            title="Versions, deployments, figures by version"
            onClick={(event) => event.stopPropagation()}
          >
            <IconMessage2Code size={16} aria-hidden />
          </Link>
        )}
        <Link
          to={href("/calls", {}, { prompts })}
          aria-label={`Calls of ${promptName(prompt)}`}
          title="See the calls"
          onClick={(event) => event.stopPropagation()}
        >
          <IconList size={16} aria-hidden />
        </Link>
      </td>
    </tr>
  );
}
