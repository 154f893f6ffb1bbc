export function listFolder(root: string): Promise<{ files: { path: string; size: number }[]; emptyFolders: string[] }>;
