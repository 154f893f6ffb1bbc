import type { ComponentPropsWithRef, ReactNode } from "react";
import { ActionIcon, Tooltip, type ActionIconProps } from "@mantine/core";

type Props = Omit<ComponentPropsWithRef<"button">, keyof ActionIconProps> &
  ActionIconProps & {
    label: string;
    keys?: string | undefined;
    children: ReactNode;
    "data-testid"?: string;
  };

/** A button that is only an icon: its label is its name for assistive technology and its tooltip; `keys` follow the label. */
export function IconButton({ label, keys, children, ...rest }: Props) {
  return (
    <Tooltip label={keys === undefined ? label : `${label} (${keys})`}>
      <ActionIcon aria-label={label} {...rest}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
