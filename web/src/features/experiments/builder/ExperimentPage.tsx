export function ExperimentPage() {
  return <h1>New experiment</h1>;
}
