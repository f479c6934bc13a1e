import { Skeleton } from "@mantine/core";
import type { ScoreSubmission } from "../../api/types";
import { useProject } from "../../state/ProjectContext";
import { Failure } from "../../ui/Failure";
import { NumbersForm } from "./NumbersForm";
import { seenTexts, type Numbers } from "./scoreNumbers";
import { useSettingsList } from "./useSettingsList";

/** So many of the newest submissions are looked at for texts. */
const NEWEST = 1000;

/** The form of one score, once its texts are known. */
export function NumbersOfScore({ score, numbers }: { score: string; numbers: Numbers }) {
  const { id } = useProject();
  const sent = useSettingsList<ScoreSubmission>("scores", "/scores", { project: id, name: score, limit: NEWEST });
  if (sent.data !== undefined && sent.isFetchedAfterMount) {
    return <NumbersForm score={score} numbers={numbers} seen={seenTexts(sent.data, score)} looked={sent.data.length} />;
  }
  if (sent.error !== null) {
    return <Failure what="The texts could not be loaded" error={sent.error} onRetry={() => void sent.refetch()} />;
  }
  return <Skeleton height={120} />;
}
