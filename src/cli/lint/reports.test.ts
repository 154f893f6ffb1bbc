import Ajv from "ajv";
import sarifSchema from "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json" with { type: "json" };
import draft04 from "ajv/lib/refs/json-schema-draft-04.json" with { type: "json" };
import { describe, expect, test } from "vitest";
import type { Diagnostic } from "../../base/diagnostic.ts";
import { memoryFolder } from "../../testing/memory-folder.ts";
import { githubReport } from "./github-report.ts";
import { jsonReport } from "./json-report.ts";
import type { PlacedFinding } from "./lint.ts";
import { FILE_START, placesOf } from "./place.ts";
import { printable, type Report } from "./report.ts";
import { ruleText } from "./rules.ts";
import { sarifReport } from "./sarif-report.ts";
import { summary, textReport } from "./text-report.ts";

const TEXT = 'name: "é"\n\tplatfrom: "x"\n';

/** A finding in the models/unet/config.pbtxt that TEXT is. */
function placed(finding: Partial<Diagnostic>, name = "models"): PlacedFinding {
  const whole: Diagnostic = { id: "", code: "CONFIG_CODE", severity: "error", stage: "load", file: "unet/config.pbtxt", from: 0, to: 0, message: "a message", ...finding };
  const place = placesOf(TEXT);
  const folder = memoryFolder({}, name);
  const [start, end] = whole.to === 0 ? [FILE_START, FILE_START] : [place(whole.from), place(whole.to)];
  const edits = (whole.fix?.edits ?? []).map(({ path, create, edits: each = [] }) => ({
    path,
    folder,
    ...(create === undefined ? {} : { create }),
    edits: each.map(({ from, to, insert }) => ({ start: place(from), end: place(to), text: insert })),
  }));
  return { finding: whole, model: whole.file.split("/")[0] as string, folder, start, end, reported: start, said: whole.message, edits };
}

const at = TEXT.indexOf("platfrom");
const RANGE = { from: at, to: at + "platfrom".length };
const RENAME = { title: "Change to platform", edits: [{ path: "unet/config.pbtxt", edits: [{ ...RANGE, insert: "platform" }] }] };
const UNKNOWN: PlacedFinding = {
  ...placed({ code: "PBTXT_UNKNOWN_FIELD", stage: "poll", first: true, ...RANGE, message: '2:17: Message type "inference.ModelConfig" has no field named "platfrom".', hint: "Did you mean platform?", fix: RENAME }),
  reported: { line: 2, column: 17 },
  said: 'Message type "inference.ModelConfig" has no field named "platfrom".',
};
const VERSION = placed({
  code: "REPOSITORY_NO_VERSION",
  message: "at least one version must be available under the version policy of model 'unet'",
  fix: { title: "Make a version folder", edits: [{ path: "unet/1/.gitkeep", create: "" }] },
});
const WARNING = placed({ severity: "warning", file: "vnet/config.pbtxt", message: "50% of a, b: c", hint: "Look." });

const report = (format: Report, findings: readonly PlacedFinding[], more: Partial<Parameters<Report>[0]> = {}): string =>
  format({ findings, several: false, version: "1.2.3", colour: false, ...more });

describe("text", () => {
  test("has a line per finding, its hint, and what Triton reports first", () => {
    expect(report(textReport, [UNKNOWN, VERSION, WARNING])).toBe(`models/unet/config.pbtxt:2:17: error: Message type "inference.ModelConfig" has no field named "platfrom". [PBTXT_UNKNOWN_FIELD]
    Did you mean platform?
    (Triton reports this first)
models/unet/config.pbtxt:1:1: error: at least one version must be available under the version policy of model 'unet' [REPOSITORY_NO_VERSION]

models/vnet/config.pbtxt:1:1: warning: 50% of a, b: c [CONFIG_CODE]
    Look.
`);
  });

  test("is empty where nothing was found", () => expect(report(textReport, [])).toBe(""));

  test.for([
    [".", "unet/config.pbtxt"],
    ["./", "unet/config.pbtxt"],
    ["./a", "a/unet/config.pbtxt"],
    ["../a/", "../a/unet/config.pbtxt"],
    ["/srv/a", "/srv/a/unet/config.pbtxt"],
    ["/", "/unet/config.pbtxt"],
  ] as const)("names files as the user named %s", ([name, file]) => {
    expect(report(textReport, [placed({}, name)])).toBe(`${file}:1:1: error: a message [CONFIG_CODE]\n`);
  });

  test("keeps a file from writing to the terminal what it likes", () => {
    expect(printable("a\u001B[31m\r\n\u0085\u202Eb\udcff\ud83d\tü🐚")).toBe(String.raw`a\x1b[31m\x0d\x0a\x85\u{202e}b\xff\u{d83d}\x09ü🐚`);
  });

  test("is coloured for a terminal alone, and says the same", () => {
    const coloured = report(textReport, [UNKNOWN, WARNING], { colour: true });
    expect(coloured).toContain("\u001B[31merror:\u001B[0m");
    // oxlint-disable-next-line no-control-regex
    expect(coloured.replaceAll(/\u001B\[\d+m/g, "")).toBe(report(textReport, [UNKNOWN, WARNING]));
  });

  test.for([
    [[], 1, "no findings in 1 model"],
    [[VERSION], 1, "1 error in 1 of 1 model"],
    [[{ ...WARNING, model: "" }], 2, "1 warning beside 2 models"],
    [[UNKNOWN, VERSION, WARNING], 7, "2 errors, 1 warning in 2 of 7 models"],
  ] as const)("sums up, %#", ([findings, models, line]) => expect(summary(findings, models)).toBe(line));
});

describe("json", () => {
  test("is an array", () => expect(report(jsonReport, [])).toBe("[]\n"));

  test("has ranges in Triton's columns, and the fix with its own", () => {
    expect(JSON.parse(report(jsonReport, [UNKNOWN, VERSION]))).toEqual([
      {
        code: "PBTXT_UNKNOWN_FIELD",
        severity: "error",
        stage: "poll",
        first: true,
        model: "unet",
        file: "unet/config.pbtxt",
        range: { start: { line: 2, column: 17 }, end: { line: 2, column: 17 } },
        message: '2:17: Message type "inference.ModelConfig" has no field named "platfrom".',
        hint: "Did you mean platform?",
        fix: {
          title: "Change to platform",
          edits: [{ file: "unet/config.pbtxt", range: { start: { line: 2, column: 9 }, end: { line: 2, column: 17 } }, text: "platform" }],
        },
      },
      {
        code: "REPOSITORY_NO_VERSION",
        severity: "error",
        stage: "load",
        first: false,
        model: "unet",
        file: "unet/config.pbtxt",
        range: { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } },
        message: VERSION.finding.message,
        fix: { title: "Make a version folder", edits: [{ file: "unet/1/.gitkeep", create: "" }] },
      },
    ]);
  });

  test("names the repository where there are several", () => {
    expect(JSON.parse(report(jsonReport, [VERSION], { several: true }))).toMatchObject([{ repository: "models", file: "unet/config.pbtxt" }]);
  });
});

describe("github", () => {
  test("is empty where nothing was found", () => expect(report(githubReport, [])).toBe(""));

  test("has a workflow command per finding, in columns of characters", () => {
    expect(report(githubReport, [UNKNOWN, WARNING])).toBe(
      `::error file=models/unet/config.pbtxt,line=2,col=2,endLine=2,endColumn=10,title=PBTXT_UNKNOWN_FIELD::Message type "inference.ModelConfig" has no field named "platfrom".%0ADid you mean platform?%0A(Triton reports this first)
::warning file=models/vnet/config.pbtxt,line=1,col=1,endLine=1,endColumn=1,title=CONFIG_CODE::50%25 of a, b: c%0ALook.
`,
    );
  });

  test("escapes what the runner would take for the end of a property", () => {
    expect(report(githubReport, [placed({ severity: "info", file: "a,b:c%/config.pbtxt" })])).toBe(
      "::notice file=models/a%2Cb%3Ac%25/config.pbtxt,line=1,col=1,endLine=1,endColumn=1,title=CONFIG_CODE::a message\n",
    );
  });

  test("marks a range over several lines where it starts", () => {
    expect(report(githubReport, [placed({ from: 0, to: TEXT.length })])).toContain("line=1,col=1,title=");
  });
});

describe("sarif", () => {
  const ajv = new Ajv({ schemaId: "id", meta: false, unknownFormats: "ignore" });
  ajv.addMetaSchema(draft04);
  const validate = ajv.compile(sarifSchema);
  interface Log {
    runs: { tool: { driver: { rules: { id: string }[] } }; results: Record<string, unknown>[] }[];
  }
  const logOf = (findings: readonly PlacedFinding[]): Log => JSON.parse(report(sarifReport, findings)) as Log;

  test.for([
    ["nothing", []],
    ["findings of all kinds", [UNKNOWN, VERSION, WARNING, placed({ severity: "info" })]],
    ["a folder outside of the working directory", [placed({}, "/srv/models")]],
    ["names that no address may hold as they are", [placed({ file: "a b%#?\udcff/config.pbtxt", message: "\udcff\0" }, "über")]],
  ] as const)("keeps to the schema of SARIF 2.1.0: %s", ([, findings]) => {
    validate(logOf(findings));
    expect(validate.errors ?? []).toEqual([]);
  });

  test("the schema itself refuses what is none", () => {
    expect(validate({ version: "2.1.0", runs: [{ results: [] }] })).toBe(false);
  });

  test("has the rule, the place in UTF-16 columns, and the fix", () => {
    const [run] = logOf([VERSION, UNKNOWN]).runs;
    expect(run?.tool.driver.rules.map(({ id }) => id)).toEqual(["PBTXT_UNKNOWN_FIELD", "REPOSITORY_NO_VERSION"]);
    const region = { startLine: 2, startColumn: 2, endLine: 2, endColumn: 10 };
    const artifactLocation = { uri: "models/unet/config.pbtxt", uriBaseId: "%SRCROOT%" };
    expect(run?.results[1]).toEqual({
      ruleId: "PBTXT_UNKNOWN_FIELD",
      ruleIndex: 0,
      level: "error",
      message: { text: '2:17: Message type "inference.ModelConfig" has no field named "platfrom".\nDid you mean platform?' },
      locations: [{ physicalLocation: { artifactLocation, region }, logicalLocations: [{ name: "unet", kind: "module" }] }],
      partialFingerprints: { "conchFinding/v1": expect.stringMatching(/^[0-9a-f]{16}:1$/) as unknown },
      fixes: [{ description: { text: "Change to platform" }, artifactChanges: [{ artifactLocation, replacements: [{ deletedRegion: region, insertedContent: { text: "platform" } }] }] }],
      properties: { stage: "poll", first: true },
    });
    expect(run?.results[0]).not.toHaveProperty("fixes");
  });

  test.for([
    ["PBTXT_ONEOF", "Two fields are set of which only one may be"],
    ["IO_RESHAPE_SIZE", "io: reshape size"],
    ["ALONE", "alone"],
  ])("describes %s", ([code, short]) => expect(ruleText(code as string).short).toBe(short));

  test("a finding keeps its fingerprint while lines move, and shares it with none", () => {
    const prints = (...messages: string[]): unknown[] => logOf(messages.map((message) => placed({ message }))).runs[0]?.results.map((result) => result.partialFingerprints) ?? [];
    expect(prints("2:17: no field")).toEqual(prints("9:1: no field"));
    expect(new Set(prints("no field", "no field", "no step").map((print) => JSON.stringify(print))).size).toBe(3);
  });

  test.for([
    ["models", { uri: "models/unet/config.pbtxt", uriBaseId: "%SRCROOT%" }],
    [".", { uri: "unet/config.pbtxt", uriBaseId: "%SRCROOT%" }],
    ["/srv/my models", { uri: "file:///srv/my%20models/unet/config.pbtxt" }],
    ["C:/models", { uri: "file:///C:/models/unet/config.pbtxt" }],
  ] as const)("addresses files in %s", ([name, address]) => {
    expect(logOf([placed({}, name)]).runs[0]?.results[0]).toMatchObject({ locations: [{ physicalLocation: { artifactLocation: address } }] });
  });
});
