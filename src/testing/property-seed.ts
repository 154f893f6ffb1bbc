// Set-up of Vitest: where CI is set, property tests draw the same cases every time, so that a commit is judged by its code and not by luck.
// Everywhere else they go on searching; a case that fails becomes a named test.
import * as fc from "fast-check";

if (process.env["CI"]) fc.configureGlobal({ seed: 20_261_121 });
