import { createRemoteComparing, type RemoteComparingStore } from "../../state/remote-comparing.ts";
import type { SessionStore } from "../../state/session.ts";
import { useApp } from "../../ui/app-context.ts";

/** Made when it is first looked at: the first screen does without it. */
const known = new WeakMap<SessionStore, RemoteComparingStore>();

/** The comparisons of this window, the same for every component. */
export function useRemoteComparing(): RemoteComparingStore {
  const { session, servers } = useApp();
  const store = known.get(session) ?? createRemoteComparing(session, servers);
  known.set(session, store);
  return store;
}
