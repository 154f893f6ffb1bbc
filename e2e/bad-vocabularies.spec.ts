import { expect, test } from "./fixtures/app.ts";
import { choose, dropZip, MODELS, replaced, runFails, runSucceeds, sampleZip, scoredTexts, weight, type Change } from "./fixtures/readability.ts";

const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));

test("a vocabulary or list that is none is named with what it lacks, and a good one is taken", async ({ app }) => {
  const { page } = app;
  const FOLDER = "preprocess/1/";
  const vocabulary = (change: Change): Readonly<Record<string, Change>> => ({ [`${FOLDER}vocab.txt`]: change });
  const tokenizer = (content: string | null): Readonly<Record<string, Change>> => ({
    [`${FOLDER}transforms.json`]: (before) => replaced('"tokenizer_file": null', '"tokenizer_file": "tokenizer.json"')(replaced('"vocab_file": "vocab.txt"', '"vocab_file": null')(before)),
    ...(content === null ? {} : { [`${FOLDER}tokenizer.json`]: content }),
  });
  const half = (before: string): string => before.split("\n").slice(0, 50).join("\n");
  const cases: readonly (readonly [name: string, changes: Readonly<Record<string, Change>>, code: string | null, words: string])[] = [
    ["no-unk", vocabulary(replaced("[UNK]\n", "")), "MODEL_FILE_INVALID", 'model "preprocess", transforms[0]: vocab.txt: it has no [UNK] among its 3999 pieces'],
    ["no-piece", vocabulary(""), "MODEL_FILE_INVALID", "vocab.txt: it is empty, expected a piece a line"],
    ["no-vocabulary", vocabulary(null), "MODEL_FILE_INVALID", 'the version folder has no file "vocab.txt"'],
    ["marked", vocabulary((before) => `\ufeff${before}`), "MODEL_FILE_INVALID", "begins with a byte order mark"],
    ["latin", vocabulary((before) => latin1(`${before.replace(/[^\0-\xff]/g, "")}caf\xe9\n`)), "MODEL_FILE_INVALID", "vocab.txt: it is no UTF-8: byte"],
    ["windows", vocabulary((before) => before.replaceAll("\n", "\r\n")), null, ""],
    ["twice", vocabulary((before) => `${before}the\nthe\n`), null, ""],
    ["no-json", tokenizer("{oops"), "MODEL_FILE_INVALID", "tokenizer.json: it is no JSON"],
    ["no-tokenizer", tokenizer(null), "MODEL_FILE_INVALID", 'the version folder has no file "tokenizer.json"'],
    ["pairs", tokenizer(JSON.stringify({ model: { type: "BPE", vocab: { a: 0 }, merges: [] } })), "MODEL_FILE_INVALID", 'tokenizer.json: its model is "BPE", expected "WordPiece"'],
    ["ids", tokenizer(JSON.stringify({ model: { type: "WordPiece", unk_token: "[UNK]", vocab: { "[UNK]": -1 } } })), "MODEL_FILE_INVALID", 'its piece "[UNK]" has id -1'],
    ["no-list", { [`${FOLDER}most_frequent.txt`]: null }, "MODEL_FILE_INVALID", 'the version folder has no file "most_frequent.txt"'],
    ["short-list", { [`${FOLDER}least_frequent.txt`]: half }, "MODEL_FILE_INVALID", "least_frequent.txt: it has 50 words, expected 100"],
    ["narrow", { [`${FOLDER}transforms.json`]: replaced('"words": 100', '"words": 50'), [`${FOLDER}least_frequent.txt`]: half, [`${FOLDER}most_frequent.txt`]: half }, "TENSOR_MISMATCH", 'Output "TREE_FEATS" has shape [1, 107], but config.pbtxt says dims [-1, 207]'],
  ];
  await app.open();
  for (const [name, changes, code, words] of cases) {
    await test.step(name, async () => {
      await dropZip(app, `${name}.zip`, sampleZip(["preprocess"], changes));
      await choose(app, "INPUT0", ["a.txt", "The cat sat."]);
      if (code === null) await runSucceeds(app);
      else await runFails(app, code, words);
    });
  }

  await test.step("a batch of five where four are taken", async () => {
    const batched = (before: string): string =>
      before.replace("max_batch_size: 0", "max_batch_size: 4").replace("dims: [ -1 ]", "dims: [ 1 ]").replaceAll("dims: [ -1, -1 ]", "dims: [ -1 ]").replace("dims: [ -1, 207 ]", "dims: [ 207 ]").replaceAll("KIND_GPU", "KIND_CPU");
    await dropZip(app, "batched.zip", sampleZip(["preprocess"], { "preprocess/config.pbtxt": batched }));
    await choose(app, "INPUT0", ["five.json", JSON.stringify([..."abcde"].map((text) => [text]))]);
    await expect(page.getByTestId("input-INPUT0")).toContainText('BATCH_TOO_LARGE Input "INPUT0" takes at most 4 items at once (max_batch_size), found 5');
    await runFails(app, "BATCH_TOO_LARGE");
    await choose(app, "INPUT0", ["four.json", JSON.stringify([..."abcd"].map((text) => [text]))]);
    await runSucceeds(app);
  });
});

const larger = (before: string): string => {
  const pieces = before.trimEnd().split("\n");
  return `${[...pieces.map((piece) => (piece === "cat" ? "[unused]" : piece)), ...Array.from({ length: 20_000 }, (_, index) => `[more${index}]`), "cat"].join("\n")}\n`;
};
const BEYOND = /in ensemble 'readability', Input "INPUT__0" of model "bert-small" holds 24000, and "token\.weight", whose rows it names, has 4000: expected -4000 to 3999/;

test("ids of a larger vocabulary are refused on WebGPU, and those of its own are scored", async ({ app }) => {
  await app.open();
  const onCpu = (before: string): string => before.replaceAll("KIND_GPU", "KIND_CPU");
  const kinds = { "cuml/config.pbtxt": onCpu, "postprocess/config.pbtxt": onCpu };
  for (const [name, changes] of [["larger", { ...kinds, "preprocess/1/vocab.txt": larger }], ["own", kinds]] as const) {
    await dropZip(app, `${name}.zip`, sampleZip(MODELS, changes, true));
    await weight(app, "0.5");
    await choose(app, "excerpt", ["a.txt", "The cat sat."]);
    const phase = name === "larger" ? "failed" : "done";
    if (name === "larger") await runFails(app, "INDEX_OUT_OF_RANGE", BEYOND);
    else await runSucceeds(app);
    await expect(app.page.getByTestId("node-step:bert-small")).toHaveAttribute("data-phase", phase);
  }
});

test("ids of a larger vocabulary, rows of another width and texts beyond a network's positions are refused on the processor", async ({ app }) => {
  const four = (before: string): string => replaced("max_batch_size: 512", "max_batch_size: 4")(before).replaceAll("KIND_GPU", "KIND_CPU");
  const half = (before: string): string => before.split("\n").slice(0, 50).join("\n");
  const cases: readonly (readonly [name: string, changes: Readonly<Record<string, Change>>, code: string, words: string | RegExp])[] = [
    ["larger", { "preprocess/1/vocab.txt": larger }, "INDEX_OUT_OF_RANGE", BEYOND],
    ["uncut", { "preprocess/1/transforms.json": replaced('"truncation": true', '"truncation": false') }, "TENSOR_MISMATCH", /Model "bert-small" does not take inputs of these sizes, INPUT__0 \[5, 1502\].*\[128, 128\]/],
    [
      "narrow",
      {
        "preprocess/1/transforms.json": replaced('"words": 100', '"words": 50'),
        "preprocess/1/least_frequent.txt": half,
        "preprocess/1/most_frequent.txt": half,
        "preprocess/config.pbtxt": (before) => replaced("dims: [ -1, 207 ]", "dims: [ -1, 107 ]")(before).replaceAll("KIND_GPU", "KIND_CPU"),
        "cuml/config.pbtxt": (before) => replaced("dims: [ 207 ]", "dims: [ 107 ]")(before).replaceAll("KIND_GPU", "KIND_CPU"),
      },
      "REQUEST_INVALID",
      'Input input__0 of model "cuml" does not fit: it has shape [5, 107], and the forest reads rows of 207 features',
    ],
    ["four", { "bert-small/config.pbtxt": four, "cuml/config.pbtxt": four }, "REQUEST_INVALID", /batch-size must be <= 4 for/],
  ];
  await app.open();
  for (const [name, changes, code, words] of cases) {
    await test.step(name, async () => {
      await dropZip(app, `${name}.zip`, sampleZip(MODELS, changes));
      await weight(app, "0.5");
      await choose(app, "excerpt", ["a.json", JSON.stringify(["The cat sat. ".repeat(name === "uncut" ? 300 : 1), "b", "c", "d", "e"])]);
      await runFails(app, code, words);
    });
  }
  // ONNX Runtime tells the console too.
  app.errors.splice(0, app.errors.length, ...app.errors.filter((error) => !error.includes("onnxruntime")));
  await dropZip(app, "good.zip", sampleZip(MODELS));
  await weight(app, "0.5");
  await choose(app, "excerpt", ["a.txt", "The cat sat."]);
  await runSucceeds(app);
  expect(await scoredTexts(app)).toBe(1);
});
