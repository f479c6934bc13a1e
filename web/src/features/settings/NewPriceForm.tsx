import { useSearchParams } from "react-router";
import { Panel } from "../../ui/Panel";
import { PriceForm } from "./PriceForm";

/** Adds a price; the address may name the model (`?provider=&model=`). */
export function NewPriceForm() {
  const [params] = useSearchParams();
  const provider = params.get("provider") ?? "";
  const model = params.get("model") ?? "";
  return (
    <Panel title="Add a price">
      <PriceForm key={`${provider} ${model}`} provider={provider} model={model} />
    </Panel>
  );
}
