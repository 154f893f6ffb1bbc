import process from "node:process";
import { parseArgs } from "node:util";
import { buildIfStale, DIST } from "./build.mjs";
import { listen, REPOSITORY_BASE } from "./listen.mjs";
import { folderProblem } from "./model-folder.mjs";
import { allowedServers, parseServer, parseServers } from "./proxy/allowed-servers.mjs";
import { openBrowser } from "./open-browser.mjs";
import { userPath } from "./user-path.mjs";

const HELP = `Usage: npm start -- [DIR] [options]

Serves Conch on this machine and opens it in the browser. With DIR, the model
repository in that folder is opened, read only.

Options:
  --port N     port, 4173 or the next free one when left out; 0 takes any
  --host NAME  address to listen on, 127.0.0.1 when left out
  --server NAME=URL
               a v2 server (Triton, KServe) that pages may reach through this
               one; may be given again. Also: CONCH_SERVERS=NAME=URL,NAME=URL.
               Without any, servers on this machine
  --no-open    do not open the browser (also: CONCH_NO_OPEN=1, CI=1)
  --help       this text
`;

process.exitCode = await main(process.argv.slice(2));

async function main(args) {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        "port": { type: "string" },
        "host": { type: "string", default: "127.0.0.1" },
        "server": { type: "string", multiple: true, default: [] },
        "no-open": { type: "boolean", default: false },
        "help": { type: "boolean", default: false },
      },
    });
  } catch (error) {
    return usage(error.message);
  }
  const { values, positionals } = parsed;
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (positionals.length > 1) return usage(`expected one folder, found ${positionals.length}: ${positionals.join(" ")}`);
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65535 && values.port !== "")) {
    return usage(`--port takes a whole number up to 65535, found "${values.port}"`);
  }
  const folder = positionals[0] === undefined ? undefined : userPath(positionals[0]);
  if (folder !== undefined) {
    const problem = await folderProblem(folder);
    if (problem !== undefined) return failure(problem);
  }
  let servers;
  try {
    servers = allowedServers([...parseServers(process.env.CONCH_SERVERS ?? ""), ...values.server.map(parseServer)]);
  } catch (error) {
    return usage(error.message);
  }
  try {
    await buildIfStale((text) => process.stdout.write(`${text}\n`));
  } catch (error) {
    return failure(`Conch could not be built: ${error.message}`);
  }
  let server;
  try {
    server = await listen({ application: DIST, folder, servers, host: values.host, port, exact: port !== undefined });
  } catch (error) {
    return failure(listenProblem(error, values.host, port));
  }
  const address = folder === undefined ? server.url : `${server.url}?repository=${encodeURIComponent(REPOSITORY_BASE)}`;
  process.stdout.write(`Conch is at ${address}\n`);
  if (folder !== undefined) process.stdout.write(`Model repository: ${folder}, read only\n`);
  if (!/^(localhost|127\.|::1)/.test(values.host)) {
    process.stdout.write("Anyone who reaches this address can read what it serves; WebGPU needs https there, or localhost.\n");
  }
  process.stdout.write("Press Ctrl+C to stop.\n");
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, async () => {
      await server.close();
      process.exit(0);
    });
  }
  if (!values["no-open"] && !isSet("CONCH_NO_OPEN") && !isSet("CI")) openBrowser(address);
  return 0;
}

function isSet(name) {
  const value = process.env[name];
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}

function listenProblem(error, host, port) {
  if (error.code === "EADDRINUSE") return `port ${port ?? "4173 and those after it"} on ${host} is taken; give another with --port, or leave it out`;
  if (error.code === "EACCES") return `port ${port} may not be used by this user; give one above 1023`;
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") return `${host} is no address of this machine`;
  return error.message;
}

function failure(message) {
  process.stderr.write(`conch: ${message}\n`);
  return 1;
}

function usage(message) {
  process.stderr.write(`conch: ${message}\n\n${HELP}`);
  return 2;
}
