/** Why `path` is no folder with models; undefined when it is one. */
export function folderProblem(path: string): Promise<string | undefined>;
