import type { Price } from "../../api/types";
import { NO_DATA } from "../../format/number";
import { useProject } from "../../state/ProjectContext";
import { ConfirmButton } from "../../ui/ConfirmButton";
import classes from "./Settings.module.css";
import { useSettingsChange } from "./useSettingsChange";

export function PriceRow({ price, mayDelete }: { price: Price; mayDelete: boolean }) {
  const { id } = useProject();
  const remove = useSettingsChange<unknown>("prices");
  const usd = (value: string | null) => (value === null ? NO_DATA : `$${value}`);
  return (
    <tr>
      <td>{price.provider}</td>
      <td>{price.model}</td>
      <td>{price.valid_from}</td>
      <td className={classes["number"]}>{usd(price.input_usd_per_mtok)}</td>
      <td className={classes["number"]}>{usd(price.output_usd_per_mtok)}</td>
      <td className={classes["number"]}>{usd(price.cached_input_usd_per_mtok)}</td>
      <td className={classes["number"]}>{usd(price.cache_write_usd_per_mtok)}</td>
      <td>
        {mayDelete && (
          <ConfirmButton
            label="Delete"
            does={`Delete the price of ${price.model} from ${price.valid_from}`}
            consequence="Calls that arrive from now on are priced without it. Costs already stored stay as they are."
            pending={remove.isPending}
            error={remove.error}
            onConfirm={(done) =>
              remove.mutate({ path: `/projects/${id}/prices/${price.id}`, method: "DELETE" }, { onSuccess: done })
            }
          />
        )}
      </td>
    </tr>
  );
}
