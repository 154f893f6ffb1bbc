import { useMemo } from "react";
import { choosable, type Choosable } from "../../state/where.ts";
import { useRepository } from "../../ui/open-model.ts";

/** A model of the open repository by what can be chosen for it. */
export function useChoosable(model: string): Choosable | undefined {
  const repository = useRepository();
  return useMemo(() => choosable(repository, model), [repository, model]);
}
