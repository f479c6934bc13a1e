/** Query keys. All that new calls change lies under `traffic`, so that a refresh can name it. */
export const SESSION = ["session"] as const;
export const traffic = (project: string) => ["project", project, "traffic"] as const;
/** What metrics, fields and functions mean; a project has its own metrics. */
export const catalogue = (project: string) => ["project", project, "catalogue"] as const;
/** Prompts, their versions and deployments: what a change of any of them changes, too. */
export const registry = (project: string) => [...traffic(project), "registry"] as const;
/** Not below `registry`: calls that arrive do not change names. */
export const promptNames = (project: string) => ["project", project, "prompt names"] as const;
export const settings = (project: string, part: string) => ["project", project, "settings", part] as const;
/** Experiments, and below each id what it found. */
export const experiments = (project: string) => ["project", project, "experiments"] as const;
export const experiment = (project: string, id: string) => [...experiments(project), "one", id] as const;
/** Dashboards as they are saved; what their widgets show lies under `traffic`. */
export const dashboards = (project: string) => ["project", project, "dashboards"] as const;
export const dashboard = (project: string, id: string) => [...dashboards(project), "one", id] as const;
/** What is spent and will be: calls that arrive change it. */
export const costs = (project: string) => [...traffic(project), "costs"] as const;
/** Comparisons with bills: they stay as they were computed. */
export const reconciliations = (project: string) => ["project", project, "reconciliations"] as const;
/** Alerts, incidents, objectives, policies, messages: they change together, and by themselves. */
export const watch = (project: string) => ["project", project, "watch"] as const;
