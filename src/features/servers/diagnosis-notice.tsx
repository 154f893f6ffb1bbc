import type { ReactNode } from "react";
import { isProxied } from "../../state/proxy-servers.ts";
import { diagnose, type ServerDiagnosis } from "../../state/server-diagnosis.ts";
import type { V2Server } from "../../state/servers.ts";
import { serverAdviceMessages, serverProblemMessages } from "../../ui/catalogue/server-problems.messages.ts";
import { serverMessages } from "../../ui/catalogue/servers.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import classes from "./servers.module.css";

interface Props {
  readonly diagnosis: ServerDiagnosis;
  /** Less urgent: the server is there. */
  readonly mild?: boolean;
  readonly action?: ReactNode;
}

/** What is the matter with a server, what to do about it, and the words of who said so. */
export function DiagnosisNotice({ diagnosis: { code, detail, header, models = [] }, mild = false, action }: Props) {
  const t = useMessages(serverMessages);
  const title = useMessages(serverProblemMessages);
  const advice = useMessages(serverAdviceMessages);
  return (
    <div className={classes.diagnosis} data-mild={mild} data-testid="diagnosis" data-code={code}>
      <p className={classes.sentence}>
        <strong className={classes.title}>{title(code)}</strong>
        {header !== undefined && `${t("expects", { header })} `}
        {models.length > 0 && `${t("waitsFor", { models: models.join(", ") })} `}
        {advice(code)}
      </p>
      {action}
      {detail !== "" && <p className={classes.detail}>{detail}</p>}
    </div>
  );
}

/** The same for an error of one request. */
export function FailureNotice({ error, server }: { readonly error: unknown; readonly server: V2Server }) {
  return <DiagnosisNotice diagnosis={diagnose(error, { proxied: isProxied(server.base) })} />;
}
