import { type Finding, withIds } from "../findings.ts";
import { parseConfig, type ParsedConfig } from "./decode.ts";

/** A configuration that is not read: refused as a whole, with the one finding that says why. */
export function refusedConfig(path: string, finding: Pick<Finding, "code" | "message" | "hint">): ParsedConfig {
  const parsed = parseConfig("", path);
  const [model] = path.split("/", 1);
  const diagnostics = withIds([{ ...finding, severity: "error", stage: "poll", ...(model === undefined ? {} : { model }), file: path, from: 0, to: 0 }]);
  return { ...parsed, valid: false, diagnostics };
}

/** The configuration of a file of so many bytes, where configurations are read up to a limit, in bytes too. Triton has none, and would read it. */
export function tooLargeConfig(path: string, bytes: number, limit: number): ParsedConfig {
  const message = `${path} has ${bytes} bytes: configurations of up to ${limit} bytes are checked`;
  return refusedConfig(path, { code: "CONFIG_TOO_LARGE", message, hint: "See whether it is a configuration at all." });
}
