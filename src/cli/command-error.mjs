/** A failure whose message is all that the user needs. `code` is one of src/base/error-codes.ts, or a word for the command line's own. */
export class CommandError extends Error {
  constructor(code, message, data = {}) {
    super(message);
    this.code = code;
    this.data = data;
  }
}
