/**
 * What Unicode 15, 15.1, 16 and 17 added to letters, marks, numbers and punctuation, in hexadecimal. None of it counts as such. The samples' model.py
 * has the same list.
 */
const LATER =
  "88f 897 c5c cdc cf3 ece 1acf-1add 1ae0-1aeb 1b4e-1b4f 1b7f 1c89-1c8a a7cb-a7cf a7d2 a7d4 a7da-a7dc a7f1 105c0-105f3 10940-10959 10d40-10d65 10d69-10d85 " +
  "10ec2-10ec7 10ed0 10efa-10eff 1123f-11241 11380-11389 1138b 1138e 11390-113b5 113b7-113c0 113c2 113c5 113c7-113ca 113cc-113d5 113d7-113d8 113e1-113e2 " +
  "116d0-116e3 11b00-11b09 11b60-11b67 11bc0-11be1 11bf0-11bf9 11db0-11ddb 11de0-11de9 11f00-11f10 11f12-11f3a 11f3e-11f5a 1342f 13440-13455 13460-143fa " +
  "16100-16139 16d40-16d79 16ea0-16eb8 16ebb-16ed3 16ff2-16ff6 187f8-187ff 18cff 18d09-18d1e 18d80-18df2 1b132 1b155 1ccf0-1ccf9 1d2c0-1d2d3 1df25-1df2a " +
  "1e030-1e06d 1e08f 1e4d0-1e4f9 1e5d0-1e5fa 1e5ff 1e6c0-1e6de 1e6e0-1e6f5 1e6fe-1e6ff 2b739-2b73f 2cea2-2cead 2ebf0-2ee5d 31350-33479";

const later = LATER.split(" ")
  .map((range) => range.split("-").map((bound) => `\\u{${bound}}`).join("-"))
  .join("");
const ofWords = `(?:[0-9A-Za-z]|(?![${later}])[\\p{L}\\p{M}\\p{N}])`;

/** The longest stretch that a pattern takes at once: an engine keeps a place to come back to for every character of a run, and its stack ends. */
const AT_ONCE = 1024;

/** Runs of characters of words, long ones in parts. */
export const WORD_PART = new RegExp(`${ofWords}{1,${AT_ONCE}}`, "gu");

/** What joins two runs to one word where it stands alone between them. */
export const APOSTROPHES = "'\u2019";

/** Punctuation marks, in runs. */
export const PUNCTUATION = new RegExp(`(?:(?![${later}])\\p{P}){1,${AT_ONCE}}`, "gu");

/** What begins a run that may end a sentence. */
export const STOP = /[.!?\u2026\u3002\uff01\uff1f]/g;

/** What goes on with such a run, from a place on, long ones in parts. */
export const STOP_MORE = new RegExp(`[.!?\\u2026\\u3002\\uff01\\uff1f"'\\u2019\\u201d)\\]\\u00bb]{1,${AT_ONCE}}`, "y");

/** Stops that end a sentence whatever follows. */
export const WIDE_STOP = /[\u3002\uff01\uff1f]/;

/** One character of white space, from a place on. */
// oxlint-disable-next-line no-control-regex
export const WHITE_SPACE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/y;
