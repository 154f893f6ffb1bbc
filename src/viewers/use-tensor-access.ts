import { useApp } from "../ui/app-context.ts";
import type { SessionStore } from "../state/session.ts";
import { createTensorAccess, type TensorAccess } from "./tensor-access.ts";

const known = new WeakMap<SessionStore, TensorAccess>();

/** The access of this window's session, the same for every view. */
export function useTensorAccess(): TensorAccess {
  const { session } = useApp();
  const access = known.get(session) ?? createTensorAccess(session);
  known.set(session, access);
  return access;
}
