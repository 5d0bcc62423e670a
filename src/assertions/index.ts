// THE registration point: one import and one line an assertion, sorted by id.
import type { Assertion } from "../core/assertion.ts";

export const assertions: readonly Assertion[] = [];
