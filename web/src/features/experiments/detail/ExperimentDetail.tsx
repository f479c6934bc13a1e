export function ExperimentDetail() {
  return <h1>Experiment</h1>;
}
