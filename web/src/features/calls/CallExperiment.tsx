import type { CallDetail } from "../../api/types";
import { useHref } from "../../state/useHref";
import { useExperiment } from "../experiments/useExperiment";
import { FieldList } from "./FieldList";

/** What experiments of this product are named by; other programs send ids of their own. */
const OURS = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The experiment and the variant that a call belongs to, by their names where they are known. */
export function CallExperiment({ call: { experiment_id: id, variant_id: variant } }: { call: CallDetail }) {
  const href = useHref();
  const ours = id !== null && OURS.test(id);
  const { data } = useExperiment(ours ? id : null);
  if (id === null) return null;
  const same = { experiment_id: id, variant_id: variant };
  return (
    <section>
      <h3>Experiment</h3>
      <FieldList
        fields={[
          ["Title", data?.title ?? id, ours ? href(`/experiments/${encodeURIComponent(id)}`) : { experiment_id: id }],
          ["Variant", data?.variants.find((one) => one.id === variant)?.name ?? variant, same],
        ]}
      />
    </section>
  );
}
