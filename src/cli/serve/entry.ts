// What `conch serve` takes from the TypeScript, built to one file for Node by ../core.mjs.
import "./image-data.ts";

export { acceptedCoding } from "../../triton/v2/serving/content-coding.ts";
export { RequestBody } from "../../triton/v2/serving/request-body.ts";
export { folderProblem } from "../lint/folder-problem.ts";
export { createServer } from "./server.ts";
