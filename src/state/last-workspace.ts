const KEY = "conch-last-workspace";

/** The workspace that this tab had open before it was reloaded; a duplicated tab has its original's. */
export function workspaceOfTab(): string | null {
  return sessionStorage.getItem(KEY);
}

/** The workspace that any tab had opened last. */
export function workspaceOfBrowser(): string | null {
  return localStorage.getItem(KEY);
}

/** This tab has the workspace open. */
export function rememberWorkspace(id: string): void {
  sessionStorage.setItem(KEY, id);
  localStorage.setItem(KEY, id);
}

/** This tab has none open; what another tab opened later stays the last one. */
export function forgetWorkspace(): void {
  if (localStorage.getItem(KEY) === workspaceOfTab()) localStorage.removeItem(KEY);
  sessionStorage.removeItem(KEY);
}
