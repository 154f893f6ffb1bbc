import { useEffect, useRef, useState } from "react";
import type { ConchErrorCode } from "../base/error-codes.ts";
import { toErrorRecord } from "../base/errors.ts";

/** A value on its way. */
export type Loaded<Value> =
  | { readonly status: "loading" }
  | { readonly status: "ready"; readonly value: Value }
  | { readonly status: "failed"; readonly reason: string; readonly code: ConchErrorCode };

/** What `load` gives for a question, asked anew whenever `question` is another object; answers to earlier questions are dropped. */
export function useLoaded<Question, Value>(question: Question, load: (question: Question) => Promise<Value>): Loaded<Value> {
  const [answer, setAnswer] = useState<{ readonly to: Question; readonly loaded: Loaded<Value> } | null>(null);
  const loader = useRef(load);
  useEffect(() => {
    loader.current = load;
  });
  useEffect(() => {
    let current = true;
    const settle = (loaded: Loaded<Value>) => current && setAnswer({ to: question, loaded });
    loader.current(question).then(
      (value) => settle({ status: "ready", value }),
      (thrown: unknown) => {
        const { code, message } = toErrorRecord(thrown);
        settle({ status: "failed", reason: message, code });
      },
    );
    return () => {
      current = false;
    };
  }, [question]);
  return answer?.to === question ? answer.loaded : { status: "loading" };
}
