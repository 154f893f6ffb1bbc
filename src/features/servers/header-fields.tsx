import { Button, PasswordInput, Text, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useId } from "react";
import { connectMessages } from "../../ui/catalogue/servers.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { IconButton } from "../../ui/icon-button.tsx";
import type { FormProblem, HeaderField } from "./server-form.ts";
import classes from "./servers.module.css";

const NAME_PROBLEMS: readonly FormProblem[] = ["headerNameWrong", "headerForbidden", "headerTwice"];

interface Props {
  readonly headers: readonly HeaderField[];
  readonly problems: ReadonlyMap<number, FormProblem> | undefined;
  onChange(headers: readonly HeaderField[]): void;
}

/** Headers that go with every request. Values are typed as passwords are. */
export function HeaderFields({ headers, problems, onChange }: Props) {
  const t = useMessages(connectMessages);
  const id = useId();
  const edit = (index: number, part: Partial<HeaderField>): void => onChange(headers.map((header, each) => (each === index ? { ...header, ...part } : header)));
  const error = (index: number, ofName: boolean): string | undefined => {
    const problem = problems?.get(index);
    return problem === undefined || NAME_PROBLEMS.includes(problem) !== ofName ? undefined : t(problem);
  };
  return (
    <fieldset className={classes.headers} aria-describedby={id}>
      <legend>{t("headers")}</legend>
      <Text id={id} size="xs" c="dimmed">{t("headersHint")}</Text>
      {headers.map(({ name, value }, index) => (
        // A header has no name of its own before it is typed.
        <div key={index} className={classes.header}>
          <TextInput
            aria-label={t("headerName", { number: index + 1 })}
            placeholder="Authorization"
            classNames={{ input: classes.mono }}
            spellCheck={false}
            autoComplete="off"
            value={name}
            error={error(index, true)}
            onChange={(event) => edit(index, { name: event.currentTarget.value })}
          />
          <PasswordInput
            aria-label={t("headerValue", { number: index + 1 })}
            size="xs"
            autoComplete="new-password"
            value={value}
            error={error(index, false)}
            onChange={(event) => edit(index, { value: event.currentTarget.value })}
          />
          <IconButton label={t("removeHeader", { number: index + 1 })} onClick={() => onChange(headers.filter((_, each) => each !== index))}>
            <IconX size={16} />
          </IconButton>
        </div>
      ))}
      <Button variant="default" size="compact-xs" className={classes.own} leftSection={<IconPlus size={14} />} onClick={() => onChange([...headers, { name: "", value: "" }])}>
        {t("addHeader")}
      </Button>
    </fieldset>
  );
}
