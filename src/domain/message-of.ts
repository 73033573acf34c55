/** What went wrong, as text, whatever was thrown. It may hold another's words: it is no text for a terminal as it is. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
