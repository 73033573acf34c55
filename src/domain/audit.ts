/** What an operator changed: who, when, on what, from what to what. */

export interface AuditEntry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `cli:root`, `cli:uid 1001`, `api`, `service`, `first-use`. Never a secret. */
  readonly who: string;
  /** `lock`, `unlock`, `clear`, `mode`, `fallback`, `model-add`, `model-edit`, `model-remove`, `settings`, `import`. */
  readonly action: string;
  /** An extension, a model's id, or `system`. */
  readonly target: string;
  /** One line: what it was and what it is now. */
  readonly detail: string;
}
